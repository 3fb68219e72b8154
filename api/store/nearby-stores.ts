/**
 * Stores whose objects run in this very isolate, as all do where one process is the whole deployment. What such a store has
 * in memory and on disk is read without a call between objects, which costs more than all else that a GET needs
 * (docs/decisions/0007), and requests that write side by side share one (docs/decisions/0010).
 */

import type { Entry, GroupResource, Key, Revision } from "../store.ts";
import { CommitLane } from "./commit-lane.ts";

export interface NearbyStore {
  /** The newest revision, and the newest that changed policy. */
  readonly revision: Revision;
  readonly policyRevision: Revision;
  /** What stands at a key, if it is at hand and on disk. Undefined tells nothing: ask the store. */
  recent(key: Key): Entry | undefined;
  /** The way for commits to it, if it has one beside calls. */
  readonly lane?: CommitLane | undefined;
  /** For a resource that is kept in another object: that one, if it is at hand. */
  readonly elsewhere?: (resource: GroupResource) => { readonly at: NearbyStore | undefined } | undefined;
}

/** The store at hand that keeps a resource. */
export function holderOf(nearby: NearbyStore | undefined, resource: GroupResource): NearbyStore | undefined {
  const elsewhere = nearby?.elsewhere?.(resource);
  return elsewhere ? elsewhere.at : nearby;
}

const stores = new Map<string, NearbyStore>();

export const nearbyStore = (cluster: string): NearbyStore | undefined => stores.get(cluster);

/** Only by a store of which there cannot be another anywhere, or what is read here is not the newest. */
export function announceNearby(cluster: string, store: NearbyStore): void {
  stores.set(cluster, store);
}

export function withdrawNearby(cluster: string): void {
  stores.delete(cluster);
}

/** What waits in a lane outlives the object that was to take it: the platform puts objects to sleep, and the next one goes on. */
const lanes = new Map<string, CommitLane>();

export function laneOf(cluster: string): CommitLane {
  const lane = lanes.get(cluster) ?? new CommitLane();
  lanes.set(cluster, lane);
  return lane;
}
