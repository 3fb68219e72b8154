/**
 * Stores whose objects run in this very isolate, as all do if a single process is the whole deployment. Such a store is
 * read without a call between objects, which would cost more than everything else about a GET (docs/decisions/0007),
 * and concurrent writers share one call (docs/decisions/0010).
 */

import { CommitLane } from "./commit-lane.ts";
import type { Entry, GroupResource, Key, Revision, Selected } from "./store.ts";

export interface NearbyStore {
  /** The newest revision, and the newest that changed policy. */
  readonly revision: Revision;
  readonly policyRevision: Revision;
  /** The object at a key, if it is in memory and on disk. Undefined says nothing: ask the store. */
  recent(key: Key): Entry | undefined;
  /**
   * All objects that meet the requirements, in the order of their keys, if that is known in memory, and on disk.
   * Undefined says nothing.
   */
  recentSelection(wanted: Selected): readonly Entry[] | undefined;
  /** The lane for commits to it, if it has one besides calls. */
  readonly lane?: CommitLane | undefined;
  /** For a sharded resource: the store that has it, if that is nearby. */
  readonly elsewhere?: (resource: GroupResource) => { readonly at: NearbyStore | undefined } | undefined;
}

/** The nearby store that has a resource. */
export function holderOf(nearby: NearbyStore | undefined, resource: GroupResource): NearbyStore | undefined {
  const elsewhere = nearby?.elsewhere?.(resource);
  return elsewhere ? elsewhere.at : nearby;
}

const stores = new Map<string, NearbyStore>();

export const nearbyStore = (cluster: string): NearbyStore | undefined => stores.get(cluster);

/** Only for a store that cannot exist twice, or what is read here would not be the newest. */
export function announceNearby(cluster: string, store: NearbyStore): void {
  stores.set(cluster, store);
}

export function withdrawNearby(cluster: string): void {
  stores.delete(cluster);
}

/**
 * What waits in a lane outlives the object that was to take it: the platform puts objects to sleep, and the next one
 * continues.
 */
const lanes = new Map<string, CommitLane>();

export function laneOf(cluster: string): CommitLane {
  const lane = lanes.get(cluster) ?? new CommitLane();
  lanes.set(cluster, lane);
  return lane;
}
