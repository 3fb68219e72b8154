/**
 * Clusters other than the default one exist once they have been created, not when somebody sends a request for them:
 * otherwise anybody could fill the deployment with clusters. The default cluster's store has their names.
 */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Store } from "../../api/store/store.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import { type ClusterLimits, settingsOf } from "./cluster-settings.ts";
import { CLUSTERS } from "./internal-resources.ts";
import { knownPolicy, loadPolicy, type PolicySnapshot, refreshPolicy } from "./snapshot.ts";

/** The record of a named cluster in the default cluster. */
export interface NamedCluster extends KubeObject {
  readonly limits: ClusterLimits;
}

/** The default cluster has no record. */
const NO_RECORD = {};

/**
 * The record of a cluster that exists. It is the same object for as long as the cluster does not change, and not that
 * of an earlier cluster of its name. `defaultStore` is the default cluster's.
 */
export async function recordOf(cluster: string, defaultStore: Store): Promise<object | undefined> {
  if (cluster === DEFAULT_CLUSTER) return NO_RECORD;
  const known = knownPolicy(DEFAULT_CLUSTER) ?? (await loadPolicy(DEFAULT_CLUSTER, defaultStore));
  const recordIn = (policy: PolicySnapshot) => policy.get<NamedCluster>(CLUSTERS, "", cluster);
  // It may have been created a moment ago through another isolate.
  return recordIn(known) ?? recordIn(await refreshPolicy(DEFAULT_CLUSTER, known, defaultStore));
}

export const clusterExists = async (cluster: string, defaultStore: Store): Promise<boolean> =>
  (await recordOf(cluster, defaultStore)) !== undefined;

/** Whether the store belongs to a live cluster, and not to one that was deleted or is not complete yet. */
export const isAlive = (cluster: string, policy: PolicySnapshot): boolean =>
  cluster === DEFAULT_CLUSTER || settingsOf(policy) !== undefined;
