/** Which services a change touches, and which addresses and ports a service's pods offer. */
import type { Pod, Service, ServicePort } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { ItemKey, ObjectChange, Snapshot } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { includesLabels } from "../label-selector.ts";
import { same } from "../same.ts";

/** Services whose selector matches the pod's labels before or after the change, if it matters to endpoints. */
export function servicesOf({ object, previous, deleted, snapshot }: ObjectChange<"pods">): readonly ItemKey[] {
  if (previous && !deleted && sameEndpoint(object, previous)) return [];
  const namespace = object.metadata.namespace ?? "";
  return snapshot
    .list("services", namespace)
    .filter((service) => [object, previous].some((pod) => pod && serves(service, pod)))
    .map(itemKey);
}

const serves = ({ spec }: Service, pod: KubeObject): boolean =>
  spec.selector !== undefined &&
  Object.keys(spec.selector).length > 0 &&
  includesLabels(pod.metadata.labels, spec.selector);

/**
 * Which changes make Kubernetes recompute endpoints. A pod's end does not by itself: it is preceded by a change of
 * readiness.
 */
function sameEndpoint(a: Stored<Pod>, b: Stored<Pod>): boolean {
  const face = ({ metadata, spec, status }: Stored<Pod>) => ({
    labels: metadata.labels,
    ending: metadata.deletionTimestamp && [metadata.deletionTimestamp, status.phase],
    ips: status.podIPs ?? status.podIP,
    ready: status.conditions?.find(({ type }) => type === "Ready")?.status === "True",
    hostname: spec.hostname,
    subdomain: spec.subdomain,
  });
  return same(face(a), face(b));
}

export function podsOf(service: Stored<Service>, snapshot: Snapshot): readonly Stored<Pod>[] {
  const { namespace = "" } = service.metadata;
  const { selector } = service.spec;
  if (!selector || Object.keys(selector).length === 0) return [];
  return snapshot
    .labelled("pods", namespace, selector)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The port number that a service port means on a pod; undefined if the pod has no port of that name. */
export function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  const protocol = port.protocol ?? "TCP";
  const containers = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
  ];
  return containers
    .flatMap(({ ports = [] }) => ports)
    .find((each) => each.name === target && (each.protocol ?? "TCP") === protocol)?.containerPort;
}

/** Whether the ports are the same for every pod, because none is given by name. */
const hasFixedPorts = ({ spec }: Service): boolean =>
  (spec.ports ?? []).every(({ targetPort }) => typeof (targetPort ?? 0) === "number");

/** If a pod's ports and their key are the same for all pods, computes them once: there may be thousands of pods. */
export function portsByPod<P>(
  service: Service,
  portsOf: (pod: Pod) => P[],
): (pod: Pod) => { readonly ports: P[]; readonly key: string } {
  const keyed = (pod: Pod) => {
    const ports = portsOf(pod);
    return { ports, key: JSON.stringify(ports) };
  };
  if (!hasFixedPorts(service)) return keyed;
  let fixed: ReturnType<typeof keyed> | undefined;
  return (pod) => {
    fixed ??= keyed(pod);
    return fixed;
  };
}

/** Pods that may still get traffic: they have an address, and have not ended. */
export function hasEndpoint(pod: Pod, options: { readonly withTerminating: boolean }): boolean {
  const { phase, podIP, podIPs = [] } = pod.status;
  if (phase === "Succeeded" || phase === "Failed") return false;
  if (!podIP && podIPs.length === 0) return false;
  return options.withTerminating || !pod.metadata.deletionTimestamp;
}

/** The pod's hostname in the service's domain. */
export const hostnameOf = (pod: Pod, service: Service): string | undefined =>
  pod.spec.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined;

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === "None";

const HEADLESS = "service.kubernetes.io/headless";

/** A service's labels as its endpoints carry them, minus one that the service may not set. */
export function labelsOf(service: Stored<Service>): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { [HEADLESS]: "" } : {}) };
}
