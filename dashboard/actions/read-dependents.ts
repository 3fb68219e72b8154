/** Reads what would be deleted along with an object, kind by kind, as metadata only. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { read } from "../api/connection.ts";
import { discovery } from "../api/discovery.ts";
import { type Kind, listPath } from "../api/kind.ts";
import { ownersOf } from "../summaries/owners.ts";
import { type Dependent, dependentsOf } from "./dependents.ts";

const METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const AT_ONCE = 6;

export async function readDependents(kind: Kind, object: Stored<KubeObject>): Promise<Dependent[]> {
  const { uid, namespace = "", name } = object.metadata;
  if (kind.group === "" && kind.plural === "namespaces") return allOf(namespacedKinds(), name);
  if (kind.group === "apiextensions.k8s.io") return allOf(kindsDefinedBy(object), "");
  return dependentsOf(uid, await allOf(namespacedKinds(), namespace));
}

const knownKinds = (): readonly Kind[] => {
  const known = discovery.peek();
  return known.name === "known" ? known.kinds : [];
};

/** Events expire by themselves. */
const namespacedKinds = () =>
  knownKinds().filter(
    ({ namespaced, verbs, plural }) =>
      namespaced && verbs.includes("watch") && verbs.includes("delete") && plural !== "events",
  );

function kindsDefinedBy(definition: unknown): readonly Kind[] {
  const { group, names } = (definition as { spec: { group?: string; names?: { plural?: string } } }).spec;
  return knownKinds().filter((kind) => kind.group === group && kind.plural === names?.plural);
}

async function allOf(kinds: readonly Kind[], namespace: string): Promise<Dependent[]> {
  const found: Dependent[] = [];
  for (let index = 0; index < kinds.length; index += AT_ONCE) {
    const part = kinds.slice(index, index + AT_ONCE).map((kind) => metadataOf(kind, namespace));
    found.push(...(await Promise.all(part)).flat());
  }
  return found;
}

/** Kinds that the user may not read are left out. */
async function metadataOf(kind: Kind, namespace: string): Promise<Dependent[]> {
  const response = await read(listPath(kind, namespace), { accept: METADATA }).catch(() => undefined);
  if (!response?.ok) return [];
  // An empty metadata list has null items.
  const { items } = (await response.json()) as { items?: Stored<KubeObject>[] | null };
  return (items ?? []).map((item) => ({
    kind: kind.kind,
    namespace: item.metadata.namespace ?? "",
    name: item.metadata.name,
    uid: item.metadata.uid,
    owners: ownersOf(item),
  }));
}
