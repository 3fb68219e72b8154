/** Reads what would be deleted along with objects, kind by kind, as metadata only. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { read } from "../api/connection.ts";
import { discovery } from "../api/discovery.ts";
import { type Kind, listPath } from "../api/kind.ts";
import { ownersOf } from "../summaries/owners.ts";
import { type Dependent, dependentsOf, type FoundDependents } from "./dependents.ts";

const METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const AT_ONCE = 6;

/** Of the metadata of objects. */
export async function readDependents(kind: Kind, objects: readonly Stored<KubeObject>[]): Promise<FoundDependents> {
  if (kind.group === "" && kind.plural === "namespaces") {
    return together(await inTurn(objects, ({ metadata }) => allOf(namespacedKinds(), metadata.name)));
  }
  if (kind.group === "apiextensions.k8s.io") return allOf(objects.flatMap(kindsDefinedBy), "");
  const namespaces = [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ""))];
  const uids = objects.map(({ metadata }) => metadata.uid);
  const { dependents, unread } = together(await inTurn(namespaces, (namespace) => allOf(namespacedKinds(), namespace)));
  return { dependents: dependentsOf(uids, dependents), unread };
}

/** Of several namespaces; a kind is unread if it is in one of them. */
const together = (found: readonly FoundDependents[]): FoundDependents => ({
  dependents: found.flatMap(({ dependents }) => dependents),
  unread: Math.max(0, ...found.map(({ unread }) => unread)),
});

async function inTurn<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
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

/** A definition is named PLURAL.GROUP. */
function kindsDefinedBy({ metadata }: Stored<KubeObject>): readonly Kind[] {
  return knownKinds().filter(({ group, plural }) => metadata.name === `${plural}.${group}`);
}

async function allOf(kinds: readonly Kind[], namespace: string): Promise<FoundDependents> {
  const found: (readonly Dependent[] | undefined)[] = [];
  for (let index = 0; index < kinds.length; index += AT_ONCE) {
    const part = kinds.slice(index, index + AT_ONCE).map((kind) => metadataOf(kind, namespace));
    found.push(...(await Promise.all(part)));
  }
  const read = found.filter((dependents) => dependents !== undefined);
  return { dependents: read.flat(), unread: found.length - read.length };
}

/** Undefined if the user may not read them. */
async function metadataOf(kind: Kind, namespace: string): Promise<readonly Dependent[] | undefined> {
  const response = await read(listPath(kind, namespace), { accept: METADATA }).catch(() => undefined);
  if (!response?.ok) return undefined;
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
