/** A pod's resolver configuration from its dnsPolicy and dnsConfig, merged as by the kubelet. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { DnsConfig } from "../../runtime/sandbox.ts";

export interface NodeDns {
  /** The cluster's resolvers; if empty, pods resolve names like the machine. */
  readonly clusterServers: readonly string[];
  readonly clusterDomain: string;
  readonly machine: DnsConfig;
}

function usesClusterDns({ spec: { dnsPolicy = "ClusterFirst", hostNetwork } }: Pod): boolean {
  return dnsPolicy === "ClusterFirstWithHostNet" || (dnsPolicy === "ClusterFirst" && hostNetwork !== true);
}

function ofPolicy(pod: Pod, { clusterServers, clusterDomain, machine }: NodeDns): DnsConfig {
  if (pod.spec.dnsPolicy === "None") return { servers: [], searches: [], options: [] };
  if (!usesClusterDns(pod) || clusterServers.length === 0) return machine;
  const own = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterServers, searches: [...own, ...machine.searches], options: ["ndots:5"] };
}

const nameOf = (option: string): string => option.split(":")[0] ?? option;

/** The limits of resolvers; glibc has been seen to abort on longer names. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LENGTH = 253;
const MAX_SEARCH_LINE_LENGTH = 2048;

export interface PodDns {
  readonly config: DnsConfig;
  /** Requests that cannot be met. */
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

function fittingSearches(searches: readonly string[]): readonly string[] {
  const fitting = searches.slice(0, MAX_SEARCHES).filter((search) => search.length <= MAX_SEARCH_LENGTH);
  while (fitting.join(" ").length > MAX_SEARCH_LINE_LENGTH) fitting.pop();
  return fitting;
}

/** Truncates to the limits. */
function withinLimits({ servers, searches, options }: DnsConfig): PodDns {
  const applied = { servers: servers.slice(0, MAX_NAMESERVERS), searches: fittingSearches(searches), options };
  const omitted = (what: string, which: string, line: readonly string[]) => ({
    reason: "DNSConfigForming",
    message: `${what} limits were exceeded, some ${which} have been omitted, the applied ${what.split(" ")[0]?.toLowerCase()} line is: ${line.join(" ")}`,
  });
  const { servers: names, searches: paths } = applied;
  return {
    config: applied,
    warnings: [
      ...(names.length < servers.length ? [omitted("Nameserver", "nameservers", names)] : []),
      ...(paths.length < searches.length ? [omitted("Search Line", "search paths", paths)] : []),
    ],
  };
}

export function podDns(pod: Pod, node: NodeDns): PodDns {
  const base = ofPolicy(pod, node);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const named = new Map(base.options.map((option) => [nameOf(option), option]));
  for (const { name = "", value } of options)
    named.set(name, value === undefined || value === "" ? name : `${name}:${value}`);
  return withinLimits({
    servers: [...new Set([...base.servers, ...nameservers])],
    searches: [...new Set([...base.searches, ...searches])],
    options: [...named.values()],
  });
}
