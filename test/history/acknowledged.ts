/** A write that was acknowledged is in the history, as it was answered. */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, keyOf } from "./cluster-state.ts";

interface Acknowledged {
  readonly method: string;
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
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
    if (!found) yield `${method} of ${idOf(resource, object)} was acknowledged, and is lost`;
    else if (!isDeepStrictEqual(found, object)) yield `${method} of ${idOf(resource, object)} was answered otherwise`;
  }
}
