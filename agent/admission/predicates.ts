/** Whether a pod that is bound to this node can run here: the kubelet's checks, in its order and words. Pure. */
import type { Pod, Taint } from "../../api/generated/core.v1.ts";
import { meetsNodeAffinity } from "../../api/machinery/selectors/node-selector.ts";
import { toleratesAny } from "../../api/machinery/selectors/tolerations.ts";
import { isExtended } from "../../api/resources/core/resource-list.ts";
import { withoutClaimed } from "../dra/claimed-resources.ts";
import { initContainersOf, isSidecar } from "../pod-spec/containers.ts";
import { podAmounts } from "../pod-spec/pod-amounts.ts";
import { nanosOf } from "../pod-spec/qos.ts";
import { isStatic } from "../static-pods/mirror.ts";

export interface AdmittingNode {
  readonly os: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly allocatable: Readonly<Record<string, string | number>>;
  readonly maxPods: number;
  /** Whether the machine supports AppArmor profiles. */
  readonly appArmor: boolean;
  /** Whether the runtime supports the supplementalGroupsPolicy Strict. */
  readonly strictGroups: boolean;
}

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** How much of a resource is missing, in nanos. */
export interface Lack {
  readonly resource: string;
  readonly nanos: bigint;
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

/** For containers that run as long as the pod does. */
const hostPorts = (pod: Pod): HostPort[] =>
  [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = "TCP", hostIP }) =>
      hostPort ? [{ ip: hostIP || "0.0.0.0", protocol, port: hostPort }] : [],
    ),
  );

const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0");

interface Short extends Lack {
  readonly refusal: Refusal;
}

const NANOS = 1_000_000_000n;

function shortOf(pod: Pod, node: AdmittingNode, others: readonly Pod[]): Short[] {
  const short: Short[] = [];
  const pods = BigInt(others.length);
  const most = BigInt(node.maxPods);
  if (pods + 1n > most)
    short.push({ resource: "pods", nanos: (pods + 1n - most) * NANOS, refusal: outOf("pods", 1n, pods, most) });
  const used = new Map<string, bigint>();
  for (const other of others)
    for (const [name, value] of podAmounts(other, "requests")) used.set(name, (used.get(name) ?? 0n) + value);
  for (const [resource, requested] of podAmounts(withoutClaimed(pod), "requests")) {
    // Extended resources that the node does not have are the scheduler's business.
    const capacity = node.allocatable[resource];
    if ((capacity === undefined && isExtended(resource)) || requested === 0n) continue;
    const available = nanosOf(capacity);
    const taken = used.get(resource) ?? 0n;
    const nanos = requested + taken - available;
    if (nanos <= 0n) continue;
    const unit = resource === "cpu" ? 1_000_000n : NANOS;
    short.push({ resource, nanos, refusal: outOf(resource, requested / unit, taken / unit, available / unit) });
  }
  return short;
}

const outOf = (name: string, requested: bigint, used: bigint, capacity: bigint): Refusal => ({
  reason: `OutOf${name}`,
  message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

const wantsAppArmor = ({ spec }: Pod): boolean =>
  [spec, ...(spec.initContainers ?? []), ...spec.containers].some(({ securityContext }) => {
    const type = securityContext?.appArmorProfile?.type;
    return type !== undefined && type !== "Unconfined";
  });

/** Sysctls that a pod may not set. */
export function whyNoSysctls({ spec }: Pod): Refusal | undefined {
  const unsafe = spec.securityContext?.sysctls?.find(({ name }) => !SAFE_SYSCTLS.has(name.replaceAll("/", ".")));
  return unsafe && { reason: "SysctlForbidden", message: `forbidden sysctl: "${unsafe.name}" not allowlisted` };
}

export function whyNoAppArmor(pod: Pod, node: Pick<AdmittingNode, "appArmor">): Refusal | undefined {
  return node.appArmor || !wantsAppArmor(pod)
    ? undefined
    : { reason: "AppArmor", message: "Cannot enforce AppArmor: AppArmor is not enabled on the host" };
}

export interface Findings {
  /** The first problem; undefined: the pod fits. */
  readonly refusal: Refusal | undefined;
  /** Set if the only problem is that other pods have what the pod requests. */
  readonly lacks: readonly Lack[];
}

const refused = (refusal: Refusal): Findings => ({ refusal, lacks: [] });
const failed = (predicate: string, why: string): Refusal => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${why}`,
});

/** `others` are the pods that this node runs or is about to run. */
export function checkPod(pod: Pod, node: AdmittingNode, others: readonly Pod[]): Findings {
  const label = pod.metadata.labels?.["kubernetes.io/os"];
  if (label !== undefined && label !== node.os)
    return refused({
      reason: "PodOSSelectorNodeLabelDoesNotMatch",
      message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    });
  const os = pod.spec.os?.name;
  if (os && os !== node.os)
    return refused({
      reason: "PodOSNotSupported",
      message: "Failed to admit pod as the OS field doesn't match node OS",
    });
  if (pod.spec.securityContext?.supplementalGroupsPolicy === "Strict" && !node.strictGroups)
    return refused({
      reason: "SupplementalGroupsPolicyNotSupported",
      message: "SupplementalGroupsPolicy=Strict is not supported in this node",
    });
  const short = shortOf(pod, node, others);
  const elsewhere = [...predicates(pod, node, others)];
  const [first] = [...short.map(({ refusal }) => refusal), ...elsewhere];
  return { refusal: first, lacks: elsewhere.length === 0 ? short : [] };
}

function* predicates(pod: Pod, node: AdmittingNode, others: readonly Pod[]): Generator<Refusal> {
  // A pod that was admitted stays, whatever happens to the node's labels and taints.
  const isNew = pod.status.startTime === undefined;
  if (isNew && !meetsNodeAffinity(pod.spec, node))
    yield failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  const wanted = hostPorts(pod);
  const taken = others.flatMap(hostPorts);
  if (wanted.some((port) => taken.some((other) => collide(port, other))))
    yield failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  const tolerations = pod.spec.tolerations ?? [];
  const preventsExecution = ({ effect }: Taint) => effect === "NoExecute";
  if (
    isNew &&
    !isStatic(pod) &&
    node.taints.some((taint) => preventsExecution(taint) && !toleratesAny(tolerations, taint))
  )
    yield failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
}
