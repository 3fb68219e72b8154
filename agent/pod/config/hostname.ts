/** A pod's hostname, and its /etc/hosts. */
import type { Pod } from "../../../api/generated/core.v1.ts";

const MAX_HOSTNAME_LENGTH = 63;

export interface PodHostname {
  readonly hostname: string;
  /** "" without a subdomain. */
  readonly domain: string;
}

export function podHostname(pod: Pod, clusterDomain: string): PodHostname {
  const { hostnameOverride, hostname, subdomain } = pod.spec;
  if (hostnameOverride !== undefined && hostnameOverride !== "") return { hostname: hostnameOverride, domain: "" };
  const own = hostname === undefined || hostname === "" ? (pod.metadata.name ?? "") : hostname;
  return {
    hostname: own.slice(0, MAX_HOSTNAME_LENGTH).replace(/[-.]+$/, ""),
    domain:
      subdomain === undefined || subdomain === "" ? "" : `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`,
  };
}

/** The hostname set in the kernel. */
export const kernelHostname = (pod: Pod, { hostname, domain }: PodHostname): string =>
  pod.spec.setHostnameAsFQDN === true && domain !== "" ? `${hostname}.${domain}` : hostname;

const LOCAL = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];

/** `nodeHosts` is the machine's own file, for pods on its network. */
export function hostsFile(
  pod: Pod,
  { hostname, domain }: PodHostname,
  { podIPs, nodeHosts }: { readonly podIPs: readonly string[]; readonly nodeHosts: string },
): string {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, ...hostnames].join("\t"));
  const added = aliases.length === 0 ? "" : `\n# Entries added by HostAliases.\n${aliases.join("\n")}\n`;
  if (pod.spec.hostNetwork === true) return `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${added}`;
  const names = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  const own = podIPs.map((ip) => `${ip}\t${names}`);
  return `# Kubernetes-managed hosts file.\n${[...LOCAL, ...own].join("\n")}\n${added}`;
}
