/**
 * The address ranges of a cluster, including IPv6 if the deployment has both families. For Services they are kubeadm's,
 * for pods flannel's, which is wide enough for the /24 of 1,024 nodes.
 */
import { familyOfCIDR, type IPFamily } from "../api/machinery/network/ip.ts";
import type { Env } from "./env.ts";

export interface ClusterRanges {
  /** For Services, the default family first. */
  readonly services: readonly string[];
  /** For pods, in the same order. */
  readonly pods: readonly string[];
}

const IPV4: ClusterRanges = { services: ["10.96.0.0/16"], pods: ["10.244.0.0/14"] };
const DUAL: ClusterRanges = {
  services: [...IPV4.services, "fd00:10:96::/112"],
  pods: [...IPV4.pods, "fd00:10:244::/48"],
};

export const clusterRanges = ({ DUAL_STACK }: Pick<Env, "DUAL_STACK">): ClusterRanges =>
  DUAL_STACK === "true" ? DUAL : IPV4;

export const hasBothFamilies = (env: Pick<Env, "DUAL_STACK">): boolean => clusterRanges(env).services.length > 1;

export const rangeOf = (family: IPFamily, ranges: readonly string[]): string | undefined =>
  ranges.find((range) => familyOfCIDR(range) === family);
