/** The addresses behind each service with a selector, as EndpointSlices. */
import type { Node, Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Snapshot, settled } from "../controller.ts";
import { controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { isReady } from "../pod-state.ts";
import {
  hasEndpoint,
  hostnameOf,
  isHeadless,
  podsOf,
  portsByPod,
  servicesOf,
  targetPort,
  triggerTime,
} from "./service-pods.ts";
import { type PortGroup, planSlices, SLICES } from "./slice-set.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
const HEADLESS = "service.kubernetes.io/headless";
const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
const ZONE = "topology.kubernetes.io/zone";

export const endpointSliceController: Controller = {
  name: "endpointslice-controller",
  reads: ["services", "pods", "nodes", SLICES],
  writes: [SLICES],
  itemsOf(change) {
    const { resource, object, previous, snapshot } = change;
    if (resource === "pods") return servicesOf(change);
    if (resource === "services") return [itemKey(object)];
    if (resource === SLICES) {
      const service = object.metadata.labels?.[SERVICE_NAME];
      return service && isOurs(object as Stored<EndpointSlice>)
        ? [itemOf(object.metadata.namespace ?? "", service)]
        : [];
    }
    // Of a node only its zone shows.
    if (previous && previous.metadata.labels?.[ZONE] === object.metadata.labels?.[ZONE]) return [];
    return snapshot
      .podsOnNode<Pod>(object.metadata.name)
      .flatMap((pod) => servicesOf({ resource: "pods", object: pod, deleted: false, snapshot }));
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const service = snapshot.get<Service>("services", namespace, name);
    const slices = snapshot.labelled<EndpointSlice>(SLICES, namespace, { [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER });
    if (!service) return { effects: planSlices([], slices, { namespace }) };
    if (
      service.metadata.deletionTimestamp ||
      service.spec.selector === undefined ||
      service.spec.type === "ExternalName"
    )
      return settled;
    const pods = podsOf(service, snapshot);
    return {
      effects: planSlices(groupsOf(service, pods, snapshot), slices, {
        generateName: `${name}-`,
        namespace,
        labels: {
          ...service.metadata.labels,
          [SERVICE_NAME]: name,
          [MANAGED_BY]: MANAGER,
          ...(isHeadless(service) ? { [HEADLESS]: "" } : {}),
        },
        annotations: { [TRIGGER]: triggerTime(service, pods) },
        ownerReferences: [controllerReference(service)],
      }),
    };
  },
};

const isOurs = ({ metadata }: Stored<EndpointSlice>) => metadata.labels?.[MANAGED_BY] === MANAGER;

function groupsOf(service: Stored<Service>, pods: readonly Stored<Pod>[], snapshot: Snapshot): readonly PortGroup[] {
  const families = (service.spec.ipFamilies ?? ["IPv4"]) as ("IPv4" | "IPv6")[];
  const groups = new Map<string, { addressType: "IPv4" | "IPv6"; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  const portsAt = portsByPod(service, (pod) => portsOf(service, pod));
  for (const addressType of families)
    for (const pod of pods) {
      const addresses = addressesOf(pod, addressType);
      if (addresses.length === 0 || !hasEndpoint(pod, { withTerminating: true })) continue;
      const { ports, key: portsKey } = portsAt(pod);
      const key = `${addressType} ${portsKey}`;
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(pod, addresses, service, snapshot));
    }
  for (const addressType of families)
    if (![...groups.values()].some((group) => group.addressType === addressType))
      groups.set(addressType, { addressType, ports: [], endpoints: [] });
  return [...groups.values()];
}

const addressesOf = ({ status }: Pod, family: "IPv4" | "IPv6"): string[] => {
  const ips = status.podIPs?.map(({ ip }) => ip) ?? (status.podIP ? [status.podIP] : []);
  return ips.filter((ip) => ip.includes(":") === (family === "IPv6"));
};

const portsOf = (service: Service, pod: Pod): EndpointPort[] =>
  (service.spec.ports ?? []).flatMap((port): EndpointPort[] => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { name = "", protocol = "TCP", appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });

function endpointOf(pod: Stored<Pod>, addresses: string[], service: Stored<Service>, snapshot: Snapshot): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses || (serving && !terminating);
  const { nodeName } = pod.spec;
  const zone = nodeName ? snapshot.get<Node>("nodes", "", nodeName)?.metadata.labels?.[ZONE] : undefined;
  const hostname = hostnameOf(pod, service);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: {
      kind: "Pod",
      namespace: pod.metadata.namespace ?? "",
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...hintsOf(service, { ready, zone, nodeName }),
  };
}

/** Traffic that prefers to stay near gets its own zone, or node, as a hint. */
function hintsOf(
  service: Service,
  { ready, zone, nodeName }: { ready: boolean; zone: string | undefined; nodeName: string | undefined },
): Pick<Endpoint, "hints"> {
  const preference = service.spec.trafficDistribution;
  if (!ready || preference === undefined) return {};
  const forZones = zone ? { forZones: [{ name: zone }] } : {};
  if (preference === "PreferSameNode" && nodeName) return { hints: { ...forZones, forNodes: [{ name: nodeName }] } };
  const sameZone = preference === "PreferClose" || preference === "PreferSameZone";
  return sameZone && zone ? { hints: forZones } : {};
}
