/** The store objects of a cluster: the main store, and its shards. */
import { type NearbyStore, nearbyStore } from "../../api/store/nearby-stores.ts";
import { shardName } from "../../api/store/shards.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ClusterStore } from "../../durable-objects/cluster-store.ts";
import type { Env } from "../env.ts";
import { ShardedStore } from "./sharded-store.ts";
import type { StoreStub } from "./store-stub.ts";

type Stores = Pick<Env, "CLUSTER_STORE">;

/** The cluster's main store, which has everything that decisions depend on. */
export const ownStore = ({ CLUSTER_STORE }: Stores, cluster: string) => CLUSTER_STORE.getByName(cluster);

export const shardStore = ({ CLUSTER_STORE }: Stores, cluster: string, shard: GroupResource) =>
  CLUSTER_STORE.getByName(shardName(cluster, shard));

/** All of them as one store. */
export function wholeStore(env: Stores, cluster: string, shards: readonly GroupResource[]): StoreStub {
  const main = ownStore(env, cluster);
  if (shards.length === 0) return main;
  const stores = shards.map((shard) => [shard, shardStore(env, cluster, shard)] as const);
  return new ShardedStore({ main, shards: new Map(stores), nearby: () => nearbyStore(cluster) });
}

export type StoreObject = readonly [shard: GroupResource | undefined, store: DurableObjectStub<ClusterStore>];

/** Each by itself, the main store first. */
export const storeObjects = (
  env: Stores,
  cluster: string,
  shards: readonly GroupResource[],
): readonly [StoreObject, ...StoreObject[]] => [
  [undefined, ownStore(env, cluster)],
  ...shards.map((shard) => [shard, shardStore(env, cluster, shard)] as const),
];

/** Those of them that run in this isolate. */
export function nearbyStores(cluster: string, shards: readonly GroupResource[]): NearbyStore | undefined {
  const own = nearbyStore(cluster);
  if (!own || shards.length === 0) return own;
  return {
    revision: own.revision,
    policyRevision: own.policyRevision,
    recent: (key) => own.recent(key),
    recentSelection: (wanted) => own.recentSelection(wanted),
    lane: own.lane,
    elsewhere: (resource) =>
      shards.includes(resource) ? { at: nearbyStore(shardName(cluster, resource)) } : undefined,
  };
}
