import { parseShards } from "../../api/store/shards.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import type { Env } from "../env.ts";
import { clusterRanges } from "../network.ts";

/** What a deployment knows about itself. */
export interface Deployment {
  /** PEM of the certificate authority by which clients verify this server, or "". */
  readonly ca: string;
  /** PEM of the authority of the front-proxy client certificate. */
  readonly frontProxy: string;
  /** `IPv4:port` at which nodes reach this server, or "". */
  readonly address: string;
  /** The cluster's path below that address: "" for the default one. */
  readonly path: string;
  /** Whether it has a domain for Ingresses. */
  readonly hasIngress: boolean;
  /** The default family first. */
  readonly serviceRanges: readonly string[];
  /** Resources that a new cluster keeps in store objects of their own. */
  readonly shards?: readonly GroupResource[];
}

export async function deploymentOf(env: Env, cluster: string): Promise<Deployment> {
  const { CLUSTER_CA: ca = "", ADVERTISE_ADDRESS: address = "", INGRESS_DOMAIN, CLUSTER_KEYS } = env;
  const frontProxy = await CLUSTER_KEYS.getByName(cluster).frontProxyAuthority();
  const path = cluster === DEFAULT_CLUSTER ? "" : `/clusters/${cluster}`;
  const { services: serviceRanges } = clusterRanges(env);
  const shards = parseShards(env.SHARDS);
  return { ca, frontProxy, address, path, hasIngress: INGRESS_DOMAIN !== undefined, serviceRanges, shards };
}
