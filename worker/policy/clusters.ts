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

/** `defaultStore` is the default cluster's. */
export async function clusterExists(cluster: string, defaultStore: Store): Promise<boolean> {
  if (cluster === DEFAULT_CLUSTER) return true;
  const known = knownPolicy(DEFAULT_CLUSTER) ?? (await loadPolicy(DEFAULT_CLUSTER, defaultStore));
  const isNamed = (policy: PolicySnapshot) => policy.get(CLUSTERS, "", cluster) !== undefined;
  // It may have been created a moment ago through another isolate.
  return isNamed(known) || isNamed(await refreshPolicy(DEFAULT_CLUSTER, known, defaultStore));
}

/** Whether the store belongs to a live cluster, and not to one that was deleted or is not complete yet. */
export const isAlive = (cluster: string, policy: PolicySnapshot): boolean =>
  cluster === DEFAULT_CLUSTER || settingsOf(policy) !== undefined;
