/** What a namespace's objects use of a ResourceQuota, by resource. */
import type { PersistentVolumeClaim, Pod, ResourceQuotaSpec, Service } from "../../../api/generated/core.v1.ts";
import type { DeviceClass, ResourceClaim } from "../../../api/generated/resource.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { claimInScopes, claimUsage, OF_STORAGE_CLASS } from "./claim-usage.ts";
import { countsDevices, deviceUsage, OF_DEVICE_CLASS } from "./device-usage.ts";
import { type Amounts, add, countsUntil, inScopes, podUsage, scopeClauses } from "./pod-usage.ts";

/** Resources that are counted under their plain name, from before `count/…`. */
const PLAIN_COUNTS = new Set(["configmaps", "secrets", "replicationcontrollers", "resourcequotas"]);
const POD_RESOURCES =
  /^(pods|cpu|memory|ephemeral-storage|hugepages-.+|requests\..+|limits\.(cpu|memory|ephemeral-storage))$/;

/** Kubernetes does not limit these by quota. */
export const UNCOUNTED: ReadonlySet<GroupResource> = new Set(["events", "events.events.k8s.io"]);

/** Undefined for a resource that is not served. */
type Lister = <T extends KubeObject>(resource: GroupResource) => readonly Stored<T>[] | undefined;

/** The evaluator of a quota resource; undefined: there is none. */
function evaluatorOf(name: string): "count" | "pods" | "services" | "claims" | "devices" | undefined {
  if (name.startsWith("count/") || PLAIN_COUNTS.has(name)) return "count";
  if (name === "services" || name.startsWith("services.")) return "services";
  if (name === "persistentvolumeclaims" || name === "requests.storage" || name.includes(OF_STORAGE_CLASS))
    return "claims";
  if (name.endsWith(OF_DEVICE_CLASS)) return "devices";
  return POD_RESOURCES.test(name) ? "pods" : undefined;
}

/** Usage of every resource in `hard` that has an evaluator. */
export function usageOf(spec: ResourceQuotaSpec, list: Lister, now: number): Amounts {
  const names = Object.keys(spec.hard ?? {}).sort();
  const isScoped = scopeClauses(spec).length > 0;
  const total: Amounts = {};
  for (const usage of usages(names, { spec, isScoped, list, now }))
    for (const [name, amount] of Object.entries(usage)) total[name] = add(total[name], amount);
  const used: Amounts = {};
  for (const name of names) {
    const evaluator = evaluatorOf(name);
    if (evaluator === undefined) continue;
    if (evaluator !== "count") {
      used[name] = total[name] ?? "0";
      continue;
    }
    const resource = name.replace("count/", "");
    const counted = UNCOUNTED.has(resource) ? undefined : list(resource);
    if (counted) used[name] = String(isScoped ? 0 : counted.length);
  }
  return used;
}

/** When the usage changes although nothing is written (ms): a pod's node is lost, and the pod ceases to count. */
export function usageChangesAt(spec: ResourceQuotaSpec, pods: readonly Pod[], now: number): number | undefined {
  if (!Object.keys(spec.hard ?? {}).some((name) => evaluatorOf(name) === "pods")) return undefined;
  const ends = pods.map(countsUntil).filter((at) => Number.isFinite(at) && at >= now);
  return ends.length > 0 ? Math.min(...ends) + 1 : undefined;
}

interface UsageQuery {
  readonly spec: ResourceQuotaSpec;
  /** Only pods and claims can be in a scope. */
  readonly isScoped: boolean;
  readonly list: Lister;
  readonly now: number;
}

/** What each object uses, for the evaluators of these names. */
function* usages(names: readonly string[], { spec, isScoped, list, now }: UsageQuery): Generator<Amounts> {
  const evaluators = new Set(names.map(evaluatorOf));
  if (evaluators.has("pods"))
    for (const pod of list<Pod>("pods") ?? []) if (now <= countsUntil(pod) && inScopes(pod, spec)) yield podUsage(pod);
  if (evaluators.has("claims"))
    for (const claim of list<PersistentVolumeClaim>("persistentvolumeclaims") ?? [])
      if (claimInScopes(claim, spec)) yield claimUsage(claim);
  if (isScoped) return;
  if (evaluators.has("services")) for (const service of list<Service>("services") ?? []) yield serviceUsage(service);
  const classes = list<DeviceClass>(DEVICE_CLASSES) ?? [];
  if (!evaluators.has("devices") && !names.some((name) => countsDevices(name, classes))) return;
  const claims = list<ResourceClaim>("resourceclaims.resource.k8s.io") ?? [];
  const context = {
    classes,
    pod: (name: string) => list<Pod>("pods")?.find(({ metadata }) => metadata.name === name),
    ownedBy: (uid: string) =>
      claims.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid)),
  };
  for (const claim of claims) yield deviceUsage(claim, context);
}

export function serviceUsage({ spec }: Service): Amounts {
  const { type, ports = [], allocateLoadBalancerNodePorts = true } = spec;
  const usage: Amounts = { services: "1" };
  if (type === "LoadBalancer") usage["services.loadbalancers"] = "1";
  const nodePorts =
    type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts)
      ? ports.length
      : ports.filter(({ nodePort }) => nodePort).length;
  if (nodePorts > 0) usage["services.nodeports"] = String(nodePorts);
  return usage;
}
