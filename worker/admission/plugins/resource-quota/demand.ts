/** What an object takes from the quotas of its namespace, by quota resource (pkg/quota/v1/evaluator). */
import type {
  Container,
  PersistentVolumeClaim,
  Pod,
  ResourceQuotaSpec,
  Service,
} from "../../../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../../../api/generated/resource.v1.ts";
import { groupResource, type KubeObject } from "../../../../api/machinery/meta.ts";
import { claimInScopes, claimUsage } from "../../../controllers/quota/claim-usage.ts";
import {
  countsDevices,
  type DeviceContext,
  deviceUsage,
  OF_DEVICE_CLASS,
} from "../../../controllers/quota/device-usage.ts";
import { type Amounts, countsUntil, inScopes, isTerminating, podUsage } from "../../../controllers/quota/pod-usage.ts";
import { serviceUsage, UNCOUNTED } from "../../../controllers/quota/usage.ts";
import type { AdmissionRequest } from "../../plugin.ts";

/** How a kind is measured. */
export interface Evaluator<T extends KubeObject = KubeObject> {
  usage(object: T, now: number): Amounts;
  /** Whether the kind can use this quota resource. */
  measures(name: string): boolean;
  inScopes(object: T, spec: ResourceQuotaSpec): boolean;
  /** Why the object cannot be measured by a quota of these resources. */
  problem?(object: T, names: readonly string[]): string | undefined;
}

const unscoped = (_: KubeObject, { scopes = [], scopeSelector }: ResourceQuotaSpec) =>
  scopes.length === 0 && (scopeSelector?.matchExpressions ?? []).length === 0;

const POD_RESOURCES =
  /^(pods|count\/pods|cpu|memory|ephemeral-storage|hugepages-.+|requests\.(?!storage$).+|limits\..+)$/;

const pods: Evaluator<Pod> = {
  usage: (pod, now) => ({ "count/pods": "1", ...(now <= countsUntil(pod) ? podUsage(pod) : {}) }),
  measures: (name) => POD_RESOURCES.test(name),
  inScopes,
  problem: unspecified,
};

const services: Evaluator<Service> = {
  usage: (service) => ({ "count/services": "1", ...serviceUsage(service) }),
  measures: (name) => /^(count\/)?services$|^services\.(nodeports|loadbalancers)$/.test(name),
  inScopes: unscoped,
};

const claims: Evaluator<PersistentVolumeClaim> = {
  usage: (claim) => ({ "count/persistentvolumeclaims": "1", ...claimUsage(claim) }),
  measures: (name) =>
    /^(count\/)?persistentvolumeclaims$|^requests\.storage$|\.storageclass\.storage\.k8s\.io\//.test(name),
  inScopes: claimInScopes,
};

const deviceClaims = (context: DeviceContext): Evaluator<ResourceClaim> => ({
  usage: (claim) => ({ "count/resourceclaims.resource.k8s.io": "1", ...deviceUsage(claim, context) }),
  measures: (name) =>
    name === "count/resourceclaims.resource.k8s.io" ||
    name.endsWith(OF_DEVICE_CLASS) ||
    countsDevices(name, context.classes),
  inScopes: unscoped,
});

const NO_DEVICES: DeviceContext = { classes: [], pod: () => undefined, ownedBy: () => [] };

/** Resources that a quota may also name without `count/`. */
const PLAIN: ReadonlySet<string> = new Set(["configmaps", "secrets", "replicationcontrollers", "resourcequotas"]);

function countEvaluator(resource: string): Evaluator {
  const names = [`count/${resource}`, ...(PLAIN.has(resource) ? [resource] : [])];
  return {
    usage: () => Object.fromEntries(names.map((name) => [name, "1"])),
    measures: (name) => names.includes(name),
    inScopes: unscoped,
  };
}

/** Undefined for requests that change no usage. */
export function evaluatorOf(
  { operation, subresource, object, old, context: { served } }: AdmissionRequest,
  devices = NO_DEVICES,
): Evaluator | undefined {
  const { group, plural, scope } = served.resource;
  if (scope !== "Namespaced") return undefined;
  const created = operation === "CREATE" && subresource === "";
  const updated = operation === "UPDATE" && subresource === "";
  const resource = groupResource(group, plural);
  switch (resource) {
    case "pods":
      if (updated) return isTerminating(old as Pod) === isTerminating(object as Pod) ? undefined : pods;
      return created || (operation === "UPDATE" && subresource === "resize") ? pods : undefined;
    case "services":
      return created || updated ? services : undefined;
    case "persistentvolumeclaims":
      // What was allocated to a claim counts like what it requests.
      return created || updated || (operation === "UPDATE" && subresource === "status") ? claims : undefined;
    case "resourceclaims.resource.k8s.io":
      return created || updated ? deviceClaims(devices) : undefined;
    default:
      return created && !UNCOUNTED.has(resource) ? countEvaluator(resource) : undefined;
  }
}

const MUST_SPECIFY = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** Where there is a quota on cpu or memory, every container must specify it; for pods with resources of their own, none. */
function unspecified({ spec }: Pod, names: readonly string[]): string | undefined {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  if (Object.keys(requests).length + Object.keys(limits).length > 0) return undefined;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const missing = MUST_SPECIFY.filter((name) => names.includes(name)).flatMap((name) => {
    const without = containers.filter((container) => !specifies(container, name));
    if (without.length === 0) return [];
    return `${name} for: ${[...new Set(without.map((container) => container.name))].sort().join(",")}`;
  });
  return missing.length > 0 ? `must specify ${missing.join("; ")}` : undefined;
}

function specifies({ resources }: Pick<Container, "name" | "resources">, name: string): boolean {
  const [kind, resource] = name.includes(".") ? (name.split(".") as [string, string]) : ["requests", name];
  const amounts = (kind === "limits" ? resources?.limits : resources?.requests) as Amounts | undefined;
  return amounts?.[resource] !== undefined;
}
