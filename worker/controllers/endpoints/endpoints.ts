/** Maintains the core Endpoints of services with a selector. */
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isReady } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import {
  hasEndpoint,
  hostnameOf,
  isHeadless,
  labelsOf,
  podsOf,
  portsByPod,
  servicesOf,
  targetPort,
} from "./service-pods.ts";
import { byIpAndUid, inOrderOfHashes } from "./subset-order.ts";
import { triggerTime, withTrigger } from "./trigger-time.ts";

const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const CAPACITY = 1000;
/** Marks the item of a service that was just deleted: its endpoints are deleted too, no matter who created them. */
const LEFT = "left:";

export const endpointsController = defineController({
  name: "endpoint-controller",
  reads: ["services", "pods", "endpoints"],
  writes: ["endpoints"],
  itemsOf(change) {
    const { resource, object, deleted } = change;
    if (resource === "pods") return servicesOf(change);
    // Manual edits stand until the service or its pods change.
    if (resource === "endpoints" && change.previous && !deleted) return [];
    return resource === "services" && deleted ? [itemKey(object), `${LEFT}${itemKey(object)}`] : [itemKey(object)];
  },
  reconcile(item, { snapshot, now, ...context }) {
    const isLeft = item.startsWith(LEFT);
    const { namespace, name } = splitItem(isLeft ? item.slice(LEFT.length) : item);
    const service = snapshot.get("services", namespace, name);
    const current = snapshot.get("endpoints", namespace, name);
    if (!service) {
      const ours = isLeft || current?.metadata.labels?.[MANAGED_BY] !== undefined;
      return current && ours
        ? { effects: [{ op: "delete", resource: "endpoints", namespace, name, uid: current.metadata.uid }] }
        : settled;
    }
    const { selector, type } = service.spec;
    if (selector === undefined || type === "ExternalName") return settled;
    const pods = podsOf(service, snapshot);
    const { subsets, truncated } = truncatedSubsets(subsetsOf(service, pods));
    const labels = { ...labelsOf(service), [MANAGED_BY]: "endpoint-controller" };
    const { [OVER_CAPACITY]: mark, ...kept } = current?.metadata.annotations ?? {};
    const isMarked = (mark !== undefined) === truncated;
    if (current && isMarked && same(current.subsets ?? [], subsets) && same(current.metadata.labels, labels))
      return settled;
    const annotations = {
      ...withTrigger(
        kept,
        triggerTime(service, pods, { ...context, shown: current && publishedPods(current, service), now }),
      ),
      ...(truncated ? { [OVER_CAPACITY]: "truncated" } : {}),
    };
    const object: Endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { ...current?.metadata, name, namespace, labels, annotations },
      ...(subsets.length > 0 ? { subsets } : {}),
    };
    return { effects: [{ op: current ? "update" : "create", resource: "endpoints", namespace, object }] };
  },
});

/** If not-ready pods are published, they are listed among the ready ones. */
function publishedPods({ subsets = [], metadata }: Stored<Endpoints>, { spec }: Service) {
  const pods = new Map<string, boolean | undefined>();
  const ready = spec.publishNotReadyAddresses ? undefined : true;
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    for (const { targetRef } of addresses) pods.set(targetRef?.uid ?? "", ready);
    for (const { targetRef } of notReadyAddresses) pods.set(targetRef?.uid ?? "", false);
  }
  return { pods, annotations: metadata.annotations };
}

function subsetsOf(service: Stored<Service>, pods: readonly Stored<Pod>[]): EndpointSubset[] {
  const { publishNotReadyAddresses = false, ports: servicePorts = [] } = service.spec;
  const byPorts = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; unready: EndpointAddress[] }>();
  const portsAt = portsByPod(service, (pod) =>
    servicePorts.flatMap((port): EndpointPort[] => {
      const number = targetPort(port, pod);
      if (number === undefined) return [];
      const { name, protocol = "TCP", appProtocol } = port;
      return [{ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
    }),
  );
  for (const pod of pods) {
    if (!pod.spec.nodeName || !hasEndpoint(pod, { withTerminating: publishNotReadyAddresses })) continue;
    const { ports, key } = portsAt(pod);
    // A pod that offers none of the ports is no endpoint, except of a headless service without ports.
    if (ports.length === 0 && !(isHeadless(service) && servicePorts.length === 0)) continue;
    const address = addressOf(pod, service);
    if (!address) continue;
    const subset = byPorts.get(key) ?? { ports, ready: [], unready: [] };
    byPorts.set(key, subset);
    (publishNotReadyAddresses || isReady(pod) ? subset.ready : subset.unready).push(address);
  }
  return inOrderOfHashes(
    byAddresses([...byPorts.values()]).map(({ ports, ready, unready }) => ({
      ...(ready.length > 0 ? { addresses: ready.sort(byIpAndUid) } : {}),
      ...(unready.length > 0 ? { notReadyAddresses: unready.sort(byIpAndUid) } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    })),
  );
}

interface Offer {
  readonly ports: EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly unready: EndpointAddress[];
}

/**
 * Groups ports that the same addresses offer: a port that all pods have is listed once, separately from those that only
 * some have.
 */
function byAddresses(offers: readonly Offer[]): Offer[] {
  if (offers.length < 2) return [...offers];
  const offeredBy = new Map<string, { port: EndpointPort; from: Offer[] }>();
  for (const offer of offers)
    for (const port of offer.ports) {
      const key = JSON.stringify([port.name, port.port, port.protocol, port.appProtocol]);
      const known = offeredBy.get(key) ?? { port, from: [] };
      known.from.push(offer);
      offeredBy.set(key, known);
    }
  const places = new Map(offers.map((offer, i) => [offer, i]));
  const groups = new Map<string, { ports: EndpointPort[]; from: readonly Offer[] }>();
  for (const { port, from } of offeredBy.values()) {
    const key = from.map((offer) => places.get(offer)).join();
    const group = groups.get(key) ?? { ports: [], from };
    group.ports.push(port);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ ports, from }) => ({
    ports,
    ready: from.flatMap(({ ready }) => ready),
    unready: from.flatMap(({ unready }) => unready),
  }));
}

/** In the service's first family; undefined if the pod has no address of it. */
function addressOf(pod: Stored<Pod>, service: Service): EndpointAddress | undefined {
  const family = service.spec.ipFamilies?.[0] ?? "IPv4";
  const ips = [...(pod.status.podIPs ?? []).map(({ ip }) => ip), pod.status.podIP].filter((ip) => ip !== undefined);
  const ip = ips.find((each) => each.includes(":") === (family === "IPv6"));
  if (ip === undefined) return undefined;
  const hostname = hostnameOf(pod, service);
  return {
    ...(hostname ? { hostname } : {}),
    ip,
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: {
      kind: "Pod",
      name: pod.metadata.name,
      namespace: pod.metadata.namespace ?? "",
      uid: pod.metadata.uid,
    },
  };
}

/** Endpoints hold at most a thousand addresses, ready ones first; each subset keeps its share, rounded up. */
function truncatedSubsets(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const unready = subsets.reduce((sum, { notReadyAddresses = [] }) => sum + notReadyAddresses.length, 0);
  if (ready + unready <= CAPACITY) return { subsets, truncated: false };
  const cutsReady = ready > CAPACITY;
  const [room, all] = cutsReady ? [CAPACITY, ready] : [CAPACITY - ready, unready];
  let left = room;
  const take = (addresses: readonly EndpointAddress[]) => {
    const taken = addresses.slice(0, Math.min(left, Math.ceil((addresses.length / all) * room)));
    left -= taken.length;
    return taken;
  };
  const kept = subsets.map(({ addresses = [], notReadyAddresses = [], ports }): EndpointSubset => {
    const [first, second] = cutsReady ? [take(addresses), []] : [addresses, take(notReadyAddresses)];
    return {
      ...(first.length > 0 ? { addresses: first } : {}),
      ...(second.length > 0 ? { notReadyAddresses: second } : {}),
      ...(ports ? { ports } : {}),
    };
  });
  return {
    subsets: kept.filter(({ addresses, notReadyAddresses }) => addresses || notReadyAddresses),
    truncated: true,
  };
}
