/**
 * Clusters beside the default one are there when they have been made, not when somebody asks for them: whoever may send a
 * request could otherwise fill the deployment with clusters. The default cluster's store keeps their names.
 */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Store } from "../../api/store.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import { type ClusterLimits, settingsOf } from "./cluster-settings.ts";
import { CLUSTERS } from "./internal-resources.ts";
import { knownPolicy, loadPolicy, type PolicySnapshot, refreshPolicy } from "./snapshot.ts";

/** How the default cluster keeps the name of another. */
export interface NamedCluster extends KubeObject {
  readonly limits: ClusterLimits;
}

/** `defaultStore` is the default cluster's. */
export async function clusterExists(cluster: string, defaultStore: Store): Promise<boolean> {
  if (cluster === DEFAULT_CLUSTER) return true;
  const known = knownPolicy(DEFAULT_CLUSTER) ?? (await loadPolicy(DEFAULT_CLUSTER, defaultStore));
  const isNamed = (policy: PolicySnapshot) => policy.get(CLUSTERS, "", cluster) !== undefined;
  // It may have been made a moment ago, at another edge.
  return isNamed(known) || isNamed(await refreshPolicy(DEFAULT_CLUSTER, known, defaultStore));
}

/** Whether a cluster's own store is that of a cluster: not of one that has been deleted, or is not made yet. */
export const isAlive = (cluster: string, policy: PolicySnapshot): boolean =>
  cluster === DEFAULT_CLUSTER || settingsOf(policy) !== undefined;
