/** For how long something was so, by the history's revisions. */
import type { Change, ClusterState } from "./cluster-state.ts";

export interface Period {
  /** The revision that made it so. */
  readonly from: number;
  /** The revision that ended it, and when that was received (ms); absent if it is still so. */
  readonly to?: number;
  readonly endedAt?: number;
}

/** Applies the changes to the state. */
export function periods(
  holds: (state: ClusterState) => boolean,
  state: ClusterState,
  changes: readonly Change[],
): readonly Period[] {
  const found: Period[] = [];
  let since = holds(state) ? 0 : undefined;
  for (const change of changes.toSorted((a, b) => a.revision - b.revision)) {
    state.apply(change);
    const now = holds(state);
    if (now && since === undefined) since = change.revision;
    if (now || since === undefined) continue;
    found.push({ from: since, to: change.revision, endedAt: change.at });
    since = undefined;
  }
  return since === undefined ? found : [...found, { from: since }];
}
