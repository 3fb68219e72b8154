/** What a watch with a selector, or in another form, must have received. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, type ClusterState, keyOf } from "./cluster-state.ts";

export interface Projection {
  readonly resource: GroupResource;
  readonly selects: (object: Stored<KubeObject>) => boolean;
  /** The revision of its list. */
  readonly began: number;
}

/** Type, revision and key of each event: an object that no longer meets the selector is deleted for this watch. */
export function projected({ resource, selects, began }: Projection, initial: ClusterState, changes: readonly Change[]) {
  const selected = new Set(initial.all(resource).filter(selects).map(keyOf));
  return changes.flatMap(({ type, object, revision, resource: changed }) => {
    if (changed !== resource) return [];
    const key = keyOf(object);
    const [was, is] = [selected.has(key), type !== "DELETED" && selects(object)];
    if (is) selected.add(key);
    else selected.delete(key);
    if (revision <= began || (!was && !is)) return [];
    return `${was && is ? "MODIFIED" : is ? "ADDED" : "DELETED"} ${revision} ${key}`;
  });
}
