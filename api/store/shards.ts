/**
 * Which resources of a cluster are kept in store objects of their own (docs/decisions/0011): what there is much of, and
 * what nothing else is decided by. Each such object is a store by itself, with a log and revisions of its own.
 */
import type { GroupResource, Write } from "../store.ts";

/** By the names that a deployment's setting gives them. */
const SHARDABLE: Readonly<Record<string, GroupResource>> = { events: "events", leases: "leases.coordination.k8s.io" };

/** All that any cluster may keep so. */
export const SHARDS: readonly GroupResource[] = Object.values(SHARDABLE);

/** Of a setting like `events,leases`; throws where it names anything else. */
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

/** As the setting says it. */
export const formatShards = (shards: readonly GroupResource[]): string =>
  Object.keys(SHARDABLE)
    .filter((name) => shards.includes(SHARDABLE[name] ?? ""))
    .join(",");

/** What the store object is named that keeps a resource of a cluster; the cluster's own has the cluster's name. */
export const shardName = (cluster: string, shard: GroupResource): string => `${cluster}/${shard}`;

export function parseStoreName(name: string): { readonly cluster: string; readonly shard?: GroupResource } {
  const [cluster = "", shard] = name.split("/");
  return shard === undefined ? { cluster } : { cluster, shard };
}

/** Writes of one commit that are one object's, and where in the commit they were. */
export interface Portion {
  /** Absent: the cluster's own object. */
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
