/** A cluster's name is part of every URL, object name and token; the cluster `default` is served at the root. */

export const DEFAULT_CLUSTER = "default";

const PREFIX = /^\/clusters\/([a-z0-9]([-a-z0-9]*[a-z0-9])?)(?=\/|$)/;

export const clusterOf = (pathname: string): string => PREFIX.exec(pathname)?.[1] ?? DEFAULT_CLUSTER;

/** The path within the cluster. */
export const pathInCluster = (pathname: string): string => pathname.replace(PREFIX, "") || "/";

/** The URL at which the Worker reaches its own API for a cluster; the host is never resolved. */
export const clusterBase = (cluster: string): string =>
  cluster === DEFAULT_CLUSTER ? "https://sailplane" : `https://sailplane/clusters/${cluster}`;
