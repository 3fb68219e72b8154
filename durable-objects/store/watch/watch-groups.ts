/**
 * Watchers grouped by what they ask for, so that a selector is evaluated once for all who sent it, and indexed, so that
 * a change only meets groups that may want it: a node's watch of its pods is found by node name.
 */

import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
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

/** The groups that want changes with one value at a path. */
type ByValue<Watcher> = Map<string, Set<WatchGroup<Watcher>>>;

export class WatchGroups<Watcher> {
  readonly #groups = new Map<string, WatchGroup<Watcher>>();
  /** By resource, and by the one path and value that a change must have to concern them. */
  readonly #index = new Map<GroupResource, Map<string, ByValue<Watcher>>>();

  get resources(): readonly GroupResource[] {
    return [...this.#index.keys()];
  }

  add(wanted: Wanted, watcher: Watcher): void {
    const id = groupId(wanted);
    let group = this.#groups.get(id);
    if (!group) {
      group = { wanted, watchers: new Set() };
      this.#groups.set(id, group);
      const { path, value } = placeOf(wanted);
      const byPath = this.#index.get(wanted.resource) ?? new Map<string, ByValue<Watcher>>();
      const byValue = byPath.get(path) ?? new Map<string, Set<WatchGroup<Watcher>>>();
      byValue.set(value, (byValue.get(value) ?? new Set()).add(group));
      this.#index.set(wanted.resource, byPath.set(path, byValue));
    }
    group.watchers.add(watcher);
  }

  remove(wanted: Wanted, watcher: Watcher): void {
    const id = groupId(wanted);
    const group = this.#groups.get(id);
    if (!group?.watchers.delete(watcher) || group.watchers.size > 0) return;
    this.#groups.delete(id);
    const { path, value } = placeOf(wanted);
    const byPath = this.#index.get(wanted.resource);
    const byValue = byPath?.get(path);
    const groups = byValue?.get(value);
    groups?.delete(group);
    if (groups?.size === 0) byValue?.delete(value);
    if (byValue?.size === 0) byPath?.delete(path);
    if (byPath?.size === 0) this.#index.delete(wanted.resource);
  }

  /** The groups that a change may concern; their selectors are yet to be evaluated. */
  candidates(change: LoggedChange): ReadonlySet<WatchGroup<Watcher>> {
    const found = new Set<WatchGroup<Watcher>>();
    for (const [path, byValue] of this.#index.get(change.row.key.resource) ?? [])
      for (const value of valuesAt(path, change)) for (const group of byValue.get(value) ?? []) found.add(group);
    return found;
  }
}

const groupId = ({ resource, namespace, name, requirements = [], events }: Wanted): string =>
  JSON.stringify([resource, namespace, name, requirements, events]);

export const isConcernedBy = ({ resource, namespace, name }: Wanted, key: Key): boolean =>
  key.resource === resource &&
  (namespace === undefined || namespace === key.namespace) &&
  (name === undefined || name === key.name);

const EVERYTHING = "";
const NAME = "metadata.name";
const NAMESPACE = "metadata.namespace";

/** By name, else by a field's value, else by namespace, else by resource alone. */
function placeOf({ namespace, name, requirements = [] }: Wanted): { readonly path: string; readonly value: string } {
  if (name !== undefined) return { path: NAME, value: name };
  for (const { of, key: path, operator, values } of requirements) {
    const [value] = values;
    const isStored = path !== NAME && path !== NAMESPACE;
    if (of === "field" && operator === "in" && values.length === 1 && value && isStored) return { path, value };
  }
  return namespace === undefined ? { path: EVERYTHING, value: "" } : { path: NAMESPACE, value: namespace };
}

/** A field has two values if the change changes it. Attributes are parsed for fields alone. */
function valuesAt(path: string, change: LoggedChange): readonly string[] {
  const { key } = change.row;
  if (path === EVERYTHING) return [""];
  if (path === NAME) return [key.name];
  if (path === NAMESPACE) return [key.namespace];
  return [change.attributes, change.previous].flatMap((of) => of?.fields[path] ?? []);
}
