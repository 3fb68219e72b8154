/**
 * Watchers grouped by what they ask for, so that a selector is evaluated once for all who sent it, and indexed, so that
 * a change only meets groups that may want it: a node's watch of its pods is found by node name.
 */

import type { Attributes, Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { EventRequest } from "../../../api/store/event-request.ts";
import type { GroupResource, Key } from "../../../api/store/store.ts";
import type { LoggedChange } from "./watch-event.ts";

export interface Wanted {
  readonly resource: GroupResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly requirements?: readonly Requirement[];
  readonly events?: EventRequest;
}

export interface WatchGroup<Watcher> {
  readonly wanted: Wanted;
  readonly watchers: Set<Watcher>;
}

export class WatchGroups<Watcher> {
  readonly #groups = new Map<string, WatchGroup<Watcher>>();
  /** Groups by the one key that a change must have to concern them. */
  readonly #buckets = new Map<string, Set<WatchGroup<Watcher>>>();
  readonly #resources = new Map<GroupResource, number>();

  get resources(): readonly GroupResource[] {
    return [...this.#resources.keys()];
  }

  add(wanted: Wanted, watcher: Watcher): void {
    const id = groupId(wanted);
    let group = this.#groups.get(id);
    if (!group) {
      group = { wanted, watchers: new Set() };
      this.#groups.set(id, group);
      const bucket = bucketOf(wanted);
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? new Set()).add(group));
      this.#resources.set(wanted.resource, (this.#resources.get(wanted.resource) ?? 0) + 1);
    }
    group.watchers.add(watcher);
  }

  remove(wanted: Wanted, watcher: Watcher): void {
    const id = groupId(wanted);
    const group = this.#groups.get(id);
    if (!group?.watchers.delete(watcher) || group.watchers.size > 0) return;
    this.#groups.delete(id);
    const bucket = bucketOf(wanted);
    const groups = this.#buckets.get(bucket);
    groups?.delete(group);
    if (groups?.size === 0) this.#buckets.delete(bucket);
    const left = (this.#resources.get(wanted.resource) ?? 1) - 1;
    if (left === 0) this.#resources.delete(wanted.resource);
    else this.#resources.set(wanted.resource, left);
  }

  /** The groups that a change may concern; their selectors are yet to be evaluated. */
  candidates(change: LoggedChange): ReadonlySet<WatchGroup<Watcher>> {
    const found = new Set<WatchGroup<Watcher>>();
    for (const bucket of bucketsOf(change)) for (const group of this.#buckets.get(bucket) ?? []) found.add(group);
    return found;
  }
}

const groupId = ({ resource, namespace, name, requirements = [], events }: Wanted): string =>
  JSON.stringify([resource, namespace, name, requirements, events]);

export const isConcernedBy = ({ resource, namespace, name }: Wanted, key: Key): boolean =>
  key.resource === resource &&
  (namespace === undefined || namespace === key.namespace) &&
  (name === undefined || name === key.name);

/** By name, else by a field's value, else by namespace, else by resource alone. */
function bucketOf({ resource, namespace, name, requirements = [] }: Wanted): string {
  if (name !== undefined) return JSON.stringify([resource, "name", name]);
  for (const { of, key, operator, values } of requirements) {
    const [value] = values;
    const stored = key !== "metadata.name" && key !== "metadata.namespace";
    if (of === "field" && operator === "in" && values.length === 1 && value && stored)
      return fieldBucket(resource, key, value);
  }
  return JSON.stringify(namespace === undefined ? [resource] : [resource, "namespace", namespace]);
}

const fieldBucket = (resource: GroupResource, path: string, value: string) =>
  JSON.stringify([resource, "field", path, value]);

function bucketsOf({ row: { key }, attributes, previous }: LoggedChange): Set<string> {
  const { resource, namespace, name } = key;
  const fieldsOf = (of: Attributes | undefined) =>
    Object.entries(of?.fields ?? {}).map(([path, value]) => fieldBucket(resource, path, value));
  return new Set([
    JSON.stringify([resource]),
    JSON.stringify([resource, "name", name]),
    JSON.stringify([resource, "namespace", namespace]),
    ...fieldsOf(attributes),
    ...fieldsOf(previous),
  ]);
}
