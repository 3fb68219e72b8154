/**
 * What an update of a Service keeps of its allocations, and what it releases when the type changes
 * (pkg/registry/core/service/storage). A client that omits the addresses keeps them.
 */
import type { Service, ServicePort, ServiceSpec } from "../../../generated/core.v1.ts";
import { deepEqual } from "../../../machinery/json/deep-equal.ts";
import {
  isExternallyAccessible,
  mayHaveNodePorts,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePorts,
} from "./service-defaults.ts";

/** The older single address represents the list until there is one. */
export function prepareClusterIps({ spec }: Service): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** Kubernetes used to set this default on ExternalName Services, and drops it when reading them. */
export function dropUnusedPolicy({ spec }: Service): void {
  if (spec.type === "ExternalName" && spec.internalTrafficPolicy) delete spec.internalTrafficPolicy;
}

export function carryOver({ spec }: Service, { spec: old }: Service): void {
  retainAllocated(spec, old);
  syncClusterIps(spec, old);
  dropOfOldType(spec, old);
}

function retainAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && old.clusterIPs) spec.clusterIPs = old.clusterIPs;
  }
  if (needsNodePorts(old) && needsNodePorts(spec)) retainNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort)
    spec.healthCheckNodePort = old.healthCheckNodePort;
}

/** A port keeps its node port by name, whatever else changes, unless another port has it now. */
function retainNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): void {
  const used = new Set(ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])));
  const byName = new Map(old.map(({ name = "", nodePort }) => [name, nodePort]));
  for (const port of ports) {
    const before = byName.get(port.name ?? "");
    if (!port.nodePort && before && !used.has(before)) port.nodePort = before;
  }
}

/** The field that the client changed wins. */
function syncClusterIps(spec: ServiceSpec, old: ServiceSpec): void {
  const [next, before] = [spec.clusterIP ?? "", old.clusterIP ?? ""];
  if (next === before) {
    if (!spec.clusterIPs?.length && old.clusterIPs?.length) spec.clusterIPs = old.clusterIPs;
    return;
  }
  if (!deepEqual(spec.clusterIPs ?? [], old.clusterIPs ?? [])) return;
  if (next === "") delete spec.clusterIPs;
  else spec.clusterIPs = [next];
}

/** Drops fields that the new type does not use, unless the client has just set them. */
function dropOfOldType(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (spec.clusterIP === old.clusterIP && deepEqual(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (deepEqual(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const had = new Set(old.ports?.map(({ nodePort }) => nodePort));
  const hasNewNodePort = spec.ports?.some(({ nodePort }) => nodePort && !had.has(nodePort)) ?? false;
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec) && !hasNewNodePort)
    for (const port of spec.ports ?? []) delete port.nodePort;
  const dropIfUnchanged = (field: keyof ServiceSpec, needs: (spec: ServiceSpec) => boolean) => {
    if (needs(old) && !needs(spec) && deepEqual(spec[field], old[field])) delete spec[field];
  };
  const isLoadBalancer = ({ type }: ServiceSpec) => type === "LoadBalancer";
  dropIfUnchanged("healthCheckNodePort", needsHealthCheckPort);
  dropIfUnchanged("allocateLoadBalancerNodePorts", isLoadBalancer);
  dropIfUnchanged("loadBalancerClass", isLoadBalancer);
  dropIfUnchanged("externalTrafficPolicy", isExternallyAccessible);
}
