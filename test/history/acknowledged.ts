/** A write that was acknowledged is in the history, as it was answered. */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, keyOf } from "./cluster-state.ts";

/** A write that the server said it has made. */
export interface Acknowledged {
  readonly method: string;
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
  /** Absent: the administrator. */
  readonly user?: string | undefined;
}

export function* lostWrites(
  acknowledged: readonly Acknowledged[],
  initial: readonly (readonly [resource: GroupResource, object: Stored<KubeObject>])[],
  changes: readonly Change[],
): Iterable<string> {
  const idOf = (resource: GroupResource, object: Stored<KubeObject>) =>
    `${resource} ${keyOf(object)} ${object.metadata.resourceVersion}`;
  const known = new Map(changes.map(({ resource, object }) => [idOf(resource, object), object]));
  for (const [resource, object] of initial) known.set(idOf(resource, object), object);
  for (const { method, resource, object } of acknowledged) {
    const found = known.get(idOf(resource, object));
    // The answer to a deletion is the object as it was.
    if (method === "DELETE") continue;
    // As is that to the removal of the last finalizer, which deletes it.
    if (object.metadata.deletionTimestamp && found?.metadata.finalizers && !object.metadata.finalizers) continue;
    if (!found) yield `${method} of ${idOf(resource, object)} was acknowledged, and is lost`;
    else if (!isDeepStrictEqual(withoutVersion(found), withoutVersion(object)))
      yield `${method} of ${idOf(resource, object)} was answered otherwise: ${differing(found, object)}`;
  }
}

/** The paths at which they differ. */
function differing(a: unknown, b: unknown, path = ""): readonly string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const both = [a, b].every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
  if (!both) return [path];
  const [first, second] = [a, b] as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(first ?? {}), ...Object.keys(second ?? {})]);
  return [...names].flatMap((name) => differing(first?.[name], second?.[name], `${path}.${name}`));
}

/** A write may be answered in another version than the watch reads. */
const withoutVersion = (object: KubeObject) => ({ ...object, apiVersion: "" });
