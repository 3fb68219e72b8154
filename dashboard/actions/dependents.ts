/** What goes with an object when it is deleted in the background: all that belongs to it, and to what belongs to it. */
export interface Dependent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owners: readonly string[];
}

/** An object that has another owner left stays. */
export function dependentsOf(uid: string, all: readonly Dependent[]): Dependent[] {
  const going = new Set([uid]);
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

const MOST = 12;

/** Lines to read: each by name where there are few, else counted by kind. */
export function renderDependents(dependents: readonly Dependent[]): string[] {
  if (dependents.length <= MOST) return dependents.map(({ kind, name }) => `${kind} ${name}`);
  return [...Map.groupBy(dependents, ({ kind }) => kind)]
    .map(([kind, members]) => ({ kind, count: members.length }))
    .sort((a, b) => b.count - a.count)
    .map(({ kind, count }) => `${count} × ${kind}`);
}
