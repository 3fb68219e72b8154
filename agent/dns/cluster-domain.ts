export const CLUSTER_DOMAIN = "cluster.local";
