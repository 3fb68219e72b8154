/** What the objects of a namespace use of a ResourceQuota, resource by resource. */
import type { PersistentVolumeClaim, Pod, ResourceQuotaSpec, Service } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store.ts";
import { type Amounts, add, counts, inScopes, podUsage } from "./pod-usage.ts";

/** Resources that are counted by their plain name, from before `count/…`. */
const PLAIN_COUNTS = new Set(["configmaps", "secrets", "replicationcontrollers", "resourcequotas"]);
const OF_CLASS = ".storageclass.storage.k8s.io/";
const POD_RESOURCES = /^(pods|cpu|memory|ephemeral-storage|hugepages-.+|requests\..+|limits\..+)$/;

type Lister = <T extends KubeObject>(resource: GroupResource) => readonly Stored<T>[];

/** The evaluator that knows a quota resource; undefined: nobody counts it. */
function evaluatorOf(name: string): "count" | "pods" | "services" | "claims" | undefined {
  if (name.startsWith("count/") || PLAIN_COUNTS.has(name)) return "count";
  if (name === "services" || name.startsWith("services.")) return "services";
  if (name === "persistentvolumeclaims" || name === "requests.storage" || name.includes(OF_CLASS)) return "claims";
  return POD_RESOURCES.test(name) ? "pods" : undefined;
}

/** Quota amounts for every resource of `hard` that something counts. */
export function usageOf(spec: ResourceQuotaSpec, list: Lister, now: number): Amounts {
  const names = Object.keys(spec.hard ?? {}).sort();
  const by = (evaluator: string) => names.some((name) => evaluatorOf(name) === evaluator);
  const scoped = (spec.scopes ?? []).length + (spec.scopeSelector?.matchExpressions ?? []).length > 0;
  const total: Amounts = {};
  const tally = (usage: Amounts) => {
    for (const [name, amount] of Object.entries(usage)) total[name] = add(total[name], amount);
  };
  if (by("pods"))
    for (const pod of list<Pod>("pods")) if (counts(pod, now) && inScopes(pod, spec)) tally(podUsage(pod));
  if (by("services") && !scoped) for (const service of list<Service>("services")) tally(serviceUsage(service));
  if (by("claims") && !scoped)
    for (const claim of list<PersistentVolumeClaim>("persistentvolumeclaims")) tally(claimUsage(claim));
  const used: Amounts = {};
  for (const name of names) {
    const evaluator = evaluatorOf(name);
    if (evaluator === undefined) continue;
    const resource = name.replace("count/", "");
    used[name] = evaluator === "count" ? String(scoped ? 0 : list(resource).length) : (total[name] ?? "0");
  }
  return used;
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

export function claimUsage({ spec, status }: PersistentVolumeClaim): Amounts {
  const requested = String(spec.resources?.requests?.storage ?? "0");
  const allocated = status.allocatedResources?.storage;
  const storage = allocated === undefined ? requested : String(allocated);
  const usage: Amounts = { persistentvolumeclaims: "1", "requests.storage": storage };
  const name = spec.storageClassName;
  if (name) {
    usage[`${name}${OF_CLASS}persistentvolumeclaims`] = "1";
    usage[`${name}${OF_CLASS}requests.storage`] = storage;
  }
  return usage;
}
