/**
 * Which resources of a cluster may be kept in store objects of their own (docs/decisions/0011): numerous ones that no
 * decision depends on. Each such object is a store of its own, with its own log and revisions.
 */
import type { CommitFailure, GroupResource, Write } from "./store.ts";

/** By their names in the deployment's setting. */
const SHARDABLE: Readonly<Record<string, GroupResource>> = { events: "events", leases: "leases.coordination.k8s.io" };

/** All resources that may be sharded. */
export const SHARDS: readonly GroupResource[] = Object.values(SHARDABLE);

/** Parses a setting like `events,leases`; throws on any other name. */
export function parseShards(setting = ""): readonly GroupResource[] {
  const names = new Set(setting.split(",").flatMap((name) => name.trim() || []));
  return [...names].sort().map((name) => {
    const resource = SHARDABLE[name];
    if (resource === undefined)
      throw new Error(
        `${name} cannot be kept in an object of its own: only ${Object.keys(SHARDABLE).join(" and ")} can`,
      );
    return resource;
  });
}

/** In the format of the setting. */
export const formatShards = (shards: readonly GroupResource[]): string =>
  Object.keys(SHARDABLE)
    .filter((name) => shards.includes(SHARDABLE[name] ?? ""))
    .join(",");

/** The name of a shard's store object; the main store has the cluster's name. */
export const shardName = (cluster: string, shard: GroupResource): string => `${cluster}/${shard}`;

export function parseStoreName(name: string): { readonly cluster: string; readonly shard?: GroupResource } {
  const [cluster = "", shard] = name.split("/");
  return shard === undefined ? { cluster } : { cluster, shard };
}

/** The writes of a commit that belong to one object, with their indexes in the commit. */
export interface Portion {
  /** Absent: the main store. */
  readonly shard?: GroupResource;
  readonly writes: readonly Write[];
  readonly places: readonly number[];
}

/** The cluster's own object first, which decides for all: the policy, the namespaces and the quotas are there. */
export function portionsOf(writes: readonly Write[], shards: readonly GroupResource[]): readonly Portion[] {
  const portion = (shard: GroupResource | undefined): Portion => {
    const places = [...writes.keys()].filter((place) => {
      const { resource } = writes[place]?.key ?? { resource: "" };
      return shard === undefined ? !shards.includes(resource) : resource === shard;
    });
    return { ...(shard !== undefined && { shard }), places, writes: places.flatMap((place) => writes[place] ?? []) };
  };
  return [undefined, ...shards].map(portion).filter((each) => each.writes.length > 0);
}

/** Why a portion was refused, as the whole commit's answer: with the write's index there. */
export const failureOfWhole = (failure: CommitFailure, { places }: Portion): CommitFailure =>
  "write" in failure ? { ...failure, write: places[failure.write] ?? failure.write } : failure;
