/** A pod's resolver configuration by its dnsPolicy and dnsConfig, as the kubelet merges them. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { DnsConfig } from "../runtime/runtime.ts";

export interface NodeDns {
  /** The cluster's resolvers; none means that pods resolve as the machine does. */
  readonly clusterServers: readonly string[];
  readonly clusterDomain: string;
  readonly machine: DnsConfig;
}

/** `/etc/resolv.conf`, in parts. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === "nameserver" && values[0] !== undefined) servers.push(values[0]);
    else if (keyword === "search") searches = values.filter((value) => value !== ".");
    else if (keyword === "options") options = values;
  }
  return { servers, searches, options };
}

function ofPolicy(pod: Pod, { clusterServers, clusterDomain, machine }: NodeDns): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const cluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && pod.spec.hostNetwork !== true);
  if (!cluster || clusterServers.length === 0) return machine;
  const own = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterServers, searches: [...own, ...machine.searches], options: ["ndots:5"] };
}

const nameOf = (option: string): string => option.split(":")[0] ?? option;

export function podDns(pod: Pod, node: NodeDns): DnsConfig {
  const base = ofPolicy(pod, node);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const added = options.map(({ name = "", value }) => (value === undefined ? name : `${name}:${value}`));
  const replaced = new Set(added.map(nameOf));
  return {
    servers: [...new Set([...base.servers, ...nameservers])],
    searches: [...new Set([...base.searches, ...searches])],
    options: [...base.options.filter((option) => !replaced.has(nameOf(option))), ...added],
  };
}
