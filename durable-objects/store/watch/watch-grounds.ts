/**
 * Watches that are valid only as long as another object stays as it was when they were decided on: those of a custom
 * kind, as long as its definition keeps its generation.
 */
import type { GroupResource, Key, Revision, WatchGround } from "../../../api/store/store.ts";
import type { LogRow } from "../tables/log-tables.ts";

interface Standing {
  readonly ground: WatchGround;
  /** The log up to here was known when the watch was decided on. */
  readonly since: Revision;
}

export class WatchGrounds<Watcher> {
  readonly #standing = new Map<string, Map<Watcher, Standing>>();

  get resources(): readonly GroupResource[] {
    const grounds = [...this.#standing.values()].flatMap((watchers) => [...watchers.values()].slice(0, 1));
    return [...new Set(grounds.map(({ ground }) => ground.key.resource))];
  }

  add(watcher: Watcher, standing: Standing): void {
    const id = idOf(standing.ground.key);
    const watchers = this.#standing.get(id) ?? new Map<Watcher, Standing>();
    this.#standing.set(id, watchers.set(watcher, standing));
  }

  remove(watcher: Watcher, { key }: WatchGround): void {
    const id = idOf(key);
    const watchers = this.#standing.get(id);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#standing.delete(id);
  }

  /** Watches whose ground this change removes: the object is gone, or of another generation. */
  lost({ key, revision, tombstone, text }: LogRow): Watcher[] {
    if (this.#standing.size === 0) return [];
    const watchers = [...(this.#standing.get(idOf(key)) ?? [])].filter(([, { since }]) => since < revision);
    if (watchers.length === 0) return [];
    const generation = tombstone ? Number.POSITIVE_INFINITY : generationOf(text);
    return watchers.flatMap(([watcher, { ground }]) => (ground.generation < generation ? [watcher] : []));
  }
}

const idOf = ({ resource, namespace, name }: Key): string => JSON.stringify([resource, namespace, name]);

const generationOf = (text: string): number =>
  (JSON.parse(text) as { readonly metadata: { readonly generation?: number } }).metadata.generation ?? 0;
