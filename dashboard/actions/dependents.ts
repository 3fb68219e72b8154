/** What is deleted along with objects in the background: everything that they own, directly or indirectly. */
export interface Dependent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owners: readonly string[];
}

export interface FoundDependents {
  readonly dependents: readonly Dependent[];
  /** Of how many kinds they are not known, because the user may not read these. */
  readonly unread: number;
}

/** An object with another remaining owner stays. */
export function dependentsOf(uids: readonly string[], all: readonly Dependent[]): Dependent[] {
  const going = new Set(uids);
  const found: Dependent[] = [];
  for (let before = -1; before !== found.length; ) {
    before = found.length;
    for (const each of all) {
      if (going.has(each.uid) || each.owners.length === 0) continue;
      if (!each.owners.every((owner) => going.has(owner))) continue;
      going.add(each.uid);
      found.push(each);
    }
  }
  return found;
}

const MAX_SHOWN = 12;

/** As lines. */
export function renderDependents({ dependents, unread }: FoundDependents): string[] {
  const kinds = unread === 1 ? "one kind" : `${unread} kinds`;
  return [...named(dependents), ...(unread > 0 ? [`whatever belongs to it of ${kinds} that could not be read`] : [])];
}

/** By name if there are few, otherwise counted by kind. */
function named(dependents: readonly Dependent[]): string[] {
  if (dependents.length <= MAX_SHOWN) return dependents.map(({ kind, name }) => `${kind} ${name}`);
  return [...Map.groupBy(dependents, ({ kind }) => kind)]
    .map(([kind, members]) => ({ kind, count: members.length }))
    .sort((a, b) => b.count - a.count)
    .map(({ kind, count }) => `${count} × ${kind}`);
}
