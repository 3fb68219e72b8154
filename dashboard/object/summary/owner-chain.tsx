/** The chain of owners up to the root: Deployment › ReplicaSet › this. */
import { useEffect, useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { api } from "../../api/connection.ts";
import { kindOfReference } from "../../api/discovery.ts";
import { targetOf } from "../../api/kind.ts";
import { objectHref } from "../../api/links.ts";

interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly href?: string;
}

/** References may be cyclic. */
const MAX_LENGTH = 8;

export function OwnerChain({ object }: { readonly object: Stored<KubeObject> }) {
  const [owners, setOwners] = useState<readonly Owner[]>([]);
  const { uid } = object.metadata;
  // Owners do not change while an object is displayed.
  useEffect(() => {
    let wanted = true;
    void ownersAbove(object).then((found) => wanted && setOwners(found));
    return () => {
      wanted = false;
    };
  }, [uid]);
  if (owners.length === 0) return null;
  return (
    <p class="owners">
      <span class="quiet">Belongs to</span>
      {owners.map(({ kind, name, href }) => (
        <span key={kind + name}>
          {kind} {href ? <a href={href}>{name}</a> : name}
        </span>
      ))}
    </p>
  );
}

async function ownersAbove(object: KubeObject): Promise<Owner[]> {
  const chain: Owner[] = [];
  const { namespace = "" } = object.metadata;
  let current: KubeObject | undefined = object;
  while (current && chain.length < MAX_LENGTH) {
    const references: NonNullable<KubeObject["metadata"]["ownerReferences"]> = current.metadata.ownerReferences ?? [];
    const reference = references.find(({ controller }) => controller) ?? references[0];
    if (!reference?.name) break;
    const { apiVersion = "v1", kind: kindName = "", name } = reference;
    const kind = kindOfReference(apiVersion, kindName);
    chain.unshift({ kind: kindName, name, ...(kind ? { href: objectHref(kind, { namespace, name }) } : {}) });
    const outcome = kind && (await api.get(targetOf(kind, { namespace, name })).catch(() => undefined));
    current = outcome?.ok ? outcome.object : undefined;
  }
  return chain;
}
