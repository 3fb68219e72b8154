/**
 * Internal resources, which no URL reaches: they are stored like others, and every change of one is a change of policy.
 */

/** The clusters of a deployment; kept in the default one. */
export const CLUSTERS = "clusters.sailplane.dev";

/** What a cluster's owner has configured for it. */
export const CLUSTER_SETTINGS = "clustersettings.sailplane.dev";

/** The digest of each node's own credential. */
export const NODE_CREDENTIALS = "nodecredentials.sailplane.dev";
