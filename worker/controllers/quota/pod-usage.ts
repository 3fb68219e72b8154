/** What a pod takes from a quota, and which quota scopes it is in. */
import type {
  Container,
  Pod,
  PodSpec,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from "../../../api/generated/core.v1.ts";
import { addQuantities, compareQuantities, formatQuantity, quantityOf } from "../../../api/machinery/quantity.ts";
import { qosClassOf } from "../../../api/resources/core/pod/resources/qos-class.ts";
import { type ResourceList, whileResized } from "../../../api/resources/core/pod/resources/resizing.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

export type Amounts = Record<string, string>;

export const add = (a: string | undefined, b: string | undefined): string =>
  a === undefined ? (b ?? "0") : formatQuantity(addQuantities(quantityOf(a), quantityOf(b)));

const sum = (left: Amounts, right: Readonly<Record<string, string | number>> = {}): Amounts => {
  const total = { ...left };
  for (const [name, amount] of Object.entries(right)) total[name] = add(total[name], String(amount));
  return total;
};

const largest = (left: Amounts, right: Amounts): Amounts => {
  const most = { ...left };
  for (const [name, amount] of Object.entries(right))
    if (compareQuantities(amount, most[name]) > 0 || most[name] === undefined) most[name] = amount;
  return most;
};

type Kind = "requests" | "limits";

/** Pod-level resources take precedence over those of containers. */
const isOfPods = (name: string) => name === "cpu" || name === "memory" || name.startsWith("hugepages-");

/**
 * Including overhead. Containers count with the maximum of what they take while they are being resized, the pod as a
 * whole with what it asks for.
 */
export function podAmounts(pod: Pod, kind: Kind): Amounts {
  const { overhead = {} } = pod.spec;
  const whole = Object.entries(pod.spec.resources?.[kind] ?? {}).filter(([name]) => isOfPods(name));
  const own = { ...ofContainers(pod.spec, whileResized(pod, kind)), ...(Object.fromEntries(whole) as Amounts) };
  if (kind === "requests") return sum(own, overhead);
  // If there is no limit, overhead does not create one.
  const limited = Object.entries(overhead).filter(([name]) => compareQuantities(own[name], "0") !== 0);
  return sum(own, Object.fromEntries(limited));
}

/** According to the spec alone, as for limit ranges. */
export function requestedAmounts({ spec }: Pod, kind: Kind): Amounts {
  const whole: ResourceList = spec.resources?.[kind] ?? {};
  const own = Object.entries(whole).filter(([name]) => name === "cpu" || name === "memory");
  return { ...ofContainers(spec, ({ resources }) => resources?.[kind]), ...(Object.fromEntries(own) as Amounts) };
}

/** The sum of the containers, or the init container that needs most together with the sidecars started before it. */
function ofContainers(
  { containers, initContainers = [] }: PodSpec,
  amountsOf: (container: Container) => ResourceList | undefined,
): Amounts {
  let running = containers.reduce((total, each) => sum(total, amountsOf(each)), {});
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const each of initContainers) {
    if (each.restartPolicy === "Always") {
      running = sum(running, amountsOf(each));
      sidecars = sum(sidecars, amountsOf(each));
    } else starting = largest(starting, sum(sidecars, amountsOf(each)));
  }
  return largest(running, starting);
}

/** Until when a pod counts (ms): ended pods take nothing, nor do those whose grace period is long over. */
export function countsUntil(pod: Pod): number {
  if (isTerminated(pod)) return Number.NEGATIVE_INFINITY;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const end = timeOf(deletionTimestamp);
  if (end === undefined || deletionGracePeriodSeconds === undefined) return Number.POSITIVE_INFINITY;
  return end + deletionGracePeriodSeconds * 1000;
}

/** By quota resource: `pods`, `cpu` and `requests.cpu`, `limits.cpu`, `requests.example.com/gpu`. */
export function podUsage(pod: Pod): Amounts {
  const usage: Amounts = { pods: "1" };
  for (const [name, amount] of Object.entries(podAmounts(pod, "requests"))) {
    usage[`requests.${name}`] = amount;
    if (["cpu", "memory", "ephemeral-storage"].includes(name) || name.startsWith("hugepages-")) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podAmounts(pod, "limits"))) usage[`limits.${name}`] = amount;
  return usage;
}

/** As quota scopes define it: it has an active deadline. */
export const isTerminating = ({ spec }: Pod): boolean => spec.activeDeadlineSeconds !== undefined;

const isBestEffort = ({ spec }: Pod): boolean => qosClassOf(spec) === "BestEffort";

const hasCrossNamespaceAffinity = ({ spec }: Pod): boolean =>
  [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]
    .flatMap((affinity) => [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
    ])
    .some((term) => (term?.namespaces ?? []).length > 0 || term?.namespaceSelector !== undefined);

/** All scope requirements of a quota. */
export const scopeClauses = ({
  scopes = [],
  scopeSelector,
}: ResourceQuotaSpec): ScopedResourceSelectorRequirement[] => [
  ...scopes.map((scopeName) => ({ scopeName, operator: "Exists" })),
  ...(scopeSelector?.matchExpressions ?? []),
];

/** Whether a pod is in every scope of the quota. */
export function inScopes(pod: Pod, spec: ResourceQuotaSpec): boolean {
  return scopeClauses(spec).every(({ scopeName, operator, values = [] }) => {
    switch (scopeName) {
      case "Terminating":
        return isTerminating(pod);
      case "NotTerminating":
        return !isTerminating(pod);
      case "BestEffort":
        return isBestEffort(pod);
      case "NotBestEffort":
        return !isBestEffort(pod);
      case "CrossNamespacePodAffinity":
        return hasCrossNamespaceAffinity(pod);
      case "PriorityClass":
        return meets(operator, values, pod.spec.priorityClassName);
      default:
        return false;
    }
  });
}

export function meets(operator: string, values: readonly string[], value: string | undefined): boolean {
  const set = value !== undefined && value !== "";
  if (operator === "Exists") return set;
  if (operator === "DoesNotExist") return !set;
  return operator === "In" ? set && values.includes(value) : !set || !values.includes(value);
}
