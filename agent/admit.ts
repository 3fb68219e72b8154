/**
 * Pods that are bound to this node and cannot run here are refused, whoever bound them: the kubelet's checks, in its
 * order and words.
 */
import type { Pod } from "../api/generated/core.v1.ts";
import { meetsNodeAffinity } from "../api/machinery/node-selector.ts";
import { podAmounts } from "./pod/pod-amounts.ts";
import { nanosOf } from "./pod/qos.ts";

export interface AdmittingNode {
  readonly os: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string | number>>;
  readonly maxPods: number;
  /** Whether the machine can hold a process to an AppArmor profile. */
  readonly appArmor: boolean;
}

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const hostPorts = ({ spec }: Pod): HostPort[] =>
  spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, protocol = "TCP", hostIP = "" }) => {
      const port = hostPort ?? (spec.hostNetwork === true ? containerPort : 0);
      return port === 0 ? [] : [{ ip: hostIP === "" ? "0.0.0.0" : hostIP, protocol, port }];
    }),
  );

const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0");

function outOf(pod: Pod, node: AdmittingNode, others: readonly Pod[]): Refusal | undefined {
  if (others.length + 1 > node.maxPods)
    return { reason: "OutOfpods", message: resourceMessage("pods", 1n, BigInt(others.length), BigInt(node.maxPods)) };
  const used = new Map<string, bigint>();
  for (const other of others)
    for (const [name, value] of podAmounts(other, "requests")) used.set(name, (used.get(name) ?? 0n) + value);
  for (const [name, requested] of podAmounts(pod, "requests")) {
    // Extended resources that the node does not have are the scheduler's affair.
    const capacity = node.allocatable[name];
    if (capacity === undefined || requested === 0n) continue;
    const available = nanosOf(capacity);
    const taken = used.get(name) ?? 0n;
    if (requested + taken <= available) continue;
    const unit = name === "cpu" ? 1_000_000n : 1_000_000_000n;
    return {
      reason: `OutOf${name}`,
      message: resourceMessage(name, requested / unit, taken / unit, available / unit),
    };
  }
  return undefined;
}

const resourceMessage = (name: string, requested: bigint, used: bigint, capacity: bigint): string =>
  `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

const wantsAppArmor = ({ spec }: Pod): boolean =>
  [spec, ...(spec.initContainers ?? []), ...spec.containers].some(({ securityContext }) => {
    const type = securityContext?.appArmorProfile?.type;
    return type !== undefined && type !== "Unconfined";
  });

/** `others` are the pods that this node runs or is about to. */
export function refusalOf(pod: Pod, node: AdmittingNode, others: readonly Pod[]): Refusal | undefined {
  const os = pod.spec.os?.name;
  if (os !== undefined && os !== "" && os !== node.os)
    return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
  for (const { name } of pod.spec.securityContext?.sysctls ?? []) {
    const dotted = name.replaceAll("/", ".");
    if (!SAFE_SYSCTLS.has(dotted))
      return { reason: "SysctlForbidden", message: `forbidden sysctl: "${name}" not allowlisted` };
  }
  if (pod.spec.securityContext?.supplementalGroupsPolicy === "Strict")
    return {
      reason: "SupplementalGroupsPolicyNotSupported",
      message: "SupplementalGroupsPolicy=Strict is not supported in this node",
    };
  if (!node.appArmor && wantsAppArmor(pod))
    return { reason: "AppArmor", message: "Cannot enforce AppArmor: AppArmor is not enabled on the host" };
  const short = outOf(pod, node, others);
  if (short !== undefined) return short;
  if (!meetsNodeAffinity(pod.spec, node))
    return {
      reason: "NodeAffinity",
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    };
  const wanted = hostPorts(pod);
  const taken = others.flatMap(hostPorts);
  if (wanted.some((port) => taken.some((other) => collide(port, other))))
    return {
      reason: "NodePorts",
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  return undefined;
}
