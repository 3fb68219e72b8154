/**
 * What an update of a Service keeps of what was allocated, and what it lets go when the type changes
 * (pkg/registry/core/service/storage). A client that sends back a Service without its addresses keeps them.
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

/** The older single address stands for the list until there is one. */
export function prepareClusterIps({ spec }: Service): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** Kubernetes once gave services of names this default, and drops it where it reads them. */
export function dropUnusedPolicy({ spec }: Service): void {
  if (spec.type === "ExternalName" && spec.internalTrafficPolicy) delete spec.internalTrafficPolicy;
}

export function carryOver({ spec }: Service, { spec: old }: Service): void {
  syncClusterIps(spec, old);
  keepAllocated(spec, old);
  dropOfOldType(spec, old);
}

/** Whichever of the two fields the client changed says what it wants. */
function syncClusterIps(spec: ServiceSpec, old: ServiceSpec): void {
  const sameList = deepEqual(spec.clusterIPs ?? [], old.clusterIPs ?? []);
  const same = (spec.clusterIP ?? "") === (old.clusterIP ?? "");
  if (old.clusterIP && !spec.clusterIP && sameList) delete spec.clusterIPs;
  else if (old.clusterIPs?.length && !spec.clusterIPs?.length && same) delete spec.clusterIP;
  else if (!same && sameList && spec.clusterIPs) spec.clusterIPs = [spec.clusterIP ?? "", ...spec.clusterIPs.slice(1)];
  else if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs)
      spec.clusterIPs = old.clusterIPs;
    if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = old.ipFamilies;
    if (spec.ipFamilyPolicy === undefined && old.ipFamilyPolicy) spec.ipFamilyPolicy = old.ipFamilyPolicy;
  }
  if (needsNodePorts(old) && needsNodePorts(spec)) keepNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort)
    spec.healthCheckNodePort = old.healthCheckNodePort;
}

function keepNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): void {
  const used = new Set(ports.flatMap(({ nodePort, protocol }) => (nodePort ? [`${protocol} ${nodePort}`] : [])));
  for (const port of ports) {
    if (port.nodePort) continue;
    const before = old.find(({ protocol, port: number }) => protocol === port.protocol && number === port.port);
    const key = `${port.protocol} ${before?.nodePort}`;
    if (!before?.nodePort || used.has(key)) continue;
    port.nodePort = before.nodePort;
    used.add(key);
  }
}

/** Fields that the new type has no use for go, unless the client has just set them. */
function dropOfOldType(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (spec.clusterIP === old.clusterIP && deepEqual(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (deepEqual(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec) && deepEqual(nodePortsOf(spec), nodePortsOf(old)))
    for (const port of spec.ports ?? []) delete port.nodePort;
  const dropIfKept = (field: keyof ServiceSpec, needs: (spec: ServiceSpec) => boolean) => {
    if (needs(old) && !needs(spec) && deepEqual(spec[field], old[field])) delete spec[field];
  };
  const isLoadBalancer = ({ type }: ServiceSpec) => type === "LoadBalancer";
  dropIfKept("healthCheckNodePort", needsHealthCheckPort);
  dropIfKept("allocateLoadBalancerNodePorts", isLoadBalancer);
  dropIfKept("loadBalancerClass", isLoadBalancer);
  dropIfKept("externalTrafficPolicy", isExternallyAccessible);
}

const nodePortsOf = ({ ports = [] }: ServiceSpec) =>
  [...new Set(ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])))].sort((a, b) => a - b);
