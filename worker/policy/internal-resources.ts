/** Resources of our own, which no URL reaches: they are stored as others are, and every change of one is a change of policy. */

/** The clusters that a deployment has; in the default one. */
export const CLUSTERS = "clusters.sailplane.dev";

/** What a cluster's owner has set for it. */
export const CLUSTER_SETTINGS = "clustersettings.sailplane.dev";

/** The digest of each node's own credential. */
export const NODE_CREDENTIALS = "nodecredentials.sailplane.dev";
