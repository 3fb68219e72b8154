/** Maintains the EndpointSlices of services with a selector. */
import type { Node, Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type EventRecord, type ObjectChange, type Snapshot, settled } from "../controller.ts";
import { controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { isReady } from "../pod/pod-state.ts";
import { hasEndpoint, hostnameOf, labelsOf, podsOf, portsByPod, servicesOf, targetPort } from "./service-pods.ts";
import { type SliceEffect, sliceEffects } from "./slice-effects.ts";
import { type AddressType, isOwnedBy, type PortGroup, planSlices, SLICES, type SlicePlan } from "./slice-set.ts";
import { hintedByPreference, withHints } from "./traffic-distribution.ts";
import { triggerTime, withTrigger } from "./trigger-time.ts";
import {
  changesShares,
  hasTopologyMode,
  hintedByZone,
  isTopologyAware,
  type ZoneShares,
  zoneShares,
} from "./zone-hints.ts";

const FAILED = "FailedToUpdateEndpointSlices";
const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
const ZONE = "topology.kubernetes.io/zone";

export const endpointSliceController = defineController({
  name: "endpointslice-controller",
  component: "endpoint-slice-controller",
  reads: ["services", "pods", "nodes", SLICES],
  writes: [SLICES],
  itemsOf(change) {
    const { resource, object, previous } = change;
    if (resource === "pods") return servicesOf(change);
    if (resource === "services")
      return previous && asksForHints(object, previous) ? [itemKey(object), hintsItem(object)] : [itemKey(object)];
    // A slice relabelled to another service must be replaced in the former one.
    if (resource === SLICES) {
      const both = [object, previous].filter((each) => each !== undefined);
      const services = both.filter(isOurs).map(({ metadata }) => metadata.labels?.[SERVICE_NAME]);
      return [...new Set(services)].flatMap((name) => (name ? [itemOf(object.metadata.namespace ?? "", name)] : []));
    }
    return servicesNear(change);
  },
  reconcile(item, { snapshot, now, ...context }) {
    const isAnswer = item.startsWith(HINTS);
    const { namespace, name } = splitItem(isAnswer ? item.slice(HINTS.length) : item);
    const service = snapshot.get("services", namespace, name);
    if (!service || service.spec.selector === undefined || service.spec.type === "ExternalName") return settled;
    const isEnding = service.metadata.deletionTimestamp !== undefined;
    const slices = snapshot
      .labelled(SLICES, namespace, { [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER })
      // Those that an ending service owns no more have been orphaned.
      .filter((slice) => !isEnding || isOwnedBy(slice, service));
    const pods = podsOf(service, snapshot);
    const alive = pods.filter((pod) => hasEndpoint(pod, { withTerminating: true }));
    const lost = new Set(alive.filter((pod) => !isReachable(pod, service, snapshot)));
    const served = alive.filter((pod) => !lost.has(pod));
    const { plan, events } = planOf(service, groupsOf(service, served, snapshot), { slices, snapshot });
    const known = slices.length > 0 ? publishedPods(slices) : undefined;
    const time = triggerTime(service, pods, { ...context, shown: known, now });
    const effects = sliceEffects(plan, {
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      annotations: (before) => withTrigger(before, time),
      ownerReferences: [controllerReference(service)],
    }).filter(({ op }) => op !== "create" || !isEnding);
    if (isAnswer) return { effects: [], events: effects.length > 0 ? [] : events };
    return {
      effects: effects.map((effect) => reported(effect, service)),
      events: [...(effects.length > 0 ? events : []), ...lostEvent(service, [...lost])],
    };
  },
});

/** The item that says why a service gets no hints although it asked for them, if its slices do not change otherwise. */
const HINTS = "*hints ";
const hintsItem = (service: Stored<Service>) => `${HINTS}${itemKey(service)}`;
const asksForHints = (next: Service, before: Service) => isTopologyAware(next) && !isTopologyAware(before);

const sliceLabels = (service: Stored<Service>) => ({
  ...labelsOf(service),
  [SERVICE_NAME]: service.metadata.name,
  [MANAGED_BY]: MANAGER,
});

/** A pod whose node does not exist gets no traffic, unless the service publishes not-ready addresses. */
const isReachable = ({ spec }: Pod, service: Service, snapshot: Snapshot): boolean =>
  service.spec.publishNotReadyAddresses === true || snapshot.get("nodes", "", spec.nodeName ?? "") !== undefined;

/** A conflict is no news: the next attempt sees the newer slice. */
function reported(effect: SliceEffect, about: Stored<Service>): SliceEffect {
  const name = `${about.metadata.namespace}/${about.metadata.name}`;
  const slice = effect.op === "create" ? "" : `${effect.op === "delete" ? effect.name : effect.object.metadata.name} `;
  const what = `failed to ${effect.op} ${slice}EndpointSlice for Service ${name}`;
  const message = `Error updating Endpoint Slices for Service ${name}: ${what}: {message}`;
  return { ...effect, record: { about, failure: { reason: FAILED, message, unless: "Conflict" } } };
}

function lostEvent(about: Stored<Service>, pods: readonly Stored<Pod>[]): readonly EventRecord[] {
  if (pods.length === 0) return [];
  const name = `${about.metadata.namespace}/${about.metadata.name}`;
  const why = pods.map(
    ({ metadata, spec }) => `skipping Pod ${metadata.name} for Service ${name}: Node ${spec.nodeName ?? ""} Not Found`,
  );
  const message = `Error updating Endpoint Slices for Service ${name}: ${why.length > 1 ? `[${why.join(", ")}]` : why[0]}`;
  return [{ about, type: "Warning", reason: FAILED, message }];
}

function publishedPods(slices: readonly Stored<EndpointSlice>[]) {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const pods = endpoints.map(
    ({ targetRef, conditions }) => [targetRef?.uid ?? "", conditions?.serving ?? false] as const,
  );
  return { pods: new Map(pods), annotations: slices[0]?.metadata.annotations };
}

/** Endpoints depend on a node's zone and, for services with topology hints, on the CPU that it adds to the zone. */
function servicesNear({ object: next, previous: before, deleted, snapshot }: ObjectChange<"nodes">): readonly string[] {
  if (before && !deleted && !changesShares(next, before)) return [];
  const shared = snapshot.list("services").filter(isTopologyAware).map(itemKey);
  if (before?.metadata.labels?.[ZONE] === next.metadata.labels?.[ZONE] && before) return shared;
  const served = snapshot
    .podsOnNode(next.metadata.name)
    .flatMap((pod) => servicesOf({ resource: "pods", object: pod, deleted: false, snapshot }));
  return [...new Set([...shared, ...served])];
}

/** Plans the slices of each address type, with the hints for what the service asks for. */
function planOf(
  service: Stored<Service>,
  groups: readonly PortGroup[],
  { slices, snapshot }: { slices: readonly Stored<EndpointSlice>[]; snapshot: Snapshot },
): { readonly plan: SlicePlan; readonly events: readonly EventRecord[] } {
  const existing = slices.filter(({ metadata }) => !metadata.deletionTimestamp);
  const families = familiesOf(service);
  const owner = { service, labels: sliceLabels(service) };
  const plans = families.map((addressType) => ({
    addressType,
    ...planSlices(
      addressType,
      groups.filter((group) => group.addressType === addressType),
      existing.filter((slice) => slice.addressType === addressType),
      owner,
    ),
  }));
  const stale = [
    ...plans.flatMap((plan) => plan.stale),
    ...existing.filter(({ addressType }) => !(families as readonly string[]).includes(addressType)),
  ];
  if (!isTopologyAware(service)) {
    const hinted = plans.flatMap((plan) => hintedByPreference(plan.slices, service));
    return { plan: { slices: hinted, stale }, events: endedHints(service, slices) };
  }
  const shares = snapshot.derived<Node, ZoneShares>("nodes", zoneShares);
  const hadHints = slices.some(({ endpoints }) => endpoints?.some(({ hints }) => hints !== undefined));
  const events: EventRecord[] = [];
  const hintedSlices = plans.flatMap((plan) => {
    const outcome = hintedByZone(plan.slices, shares);
    const about = `, addressType: ${plan.addressType}`;
    if ("problem" in outcome) {
      const message = `${outcome.problem}${about}`;
      events.push({ about: service, type: "Warning", reason: "TopologyAwareHintsDisabled", message });
      return plan.slices.map((slice) => withHints(slice, () => undefined));
    }
    const message = `Topology Aware Hints has been enabled${about}`;
    if (!hadHints) events.push({ about: service, type: "Normal", reason: "TopologyAwareHintsEnabled", message });
    return outcome.slices;
  });
  return { plan: { slices: hintedSlices, stale }, events };
}

/** Reports that topology hints were removed, if there were visibly any. */
const endedHints = (about: Stored<Service>, slices: readonly Stored<EndpointSlice>[]): EventRecord[] =>
  [...Map.groupBy(slices, ({ addressType }) => addressType)]
    .filter(([, ofType]) => ofType.some(({ endpoints }) => endpoints?.some((each) => wasShared(each, about))))
    .map(([addressType]) => ({
      about,
      type: "Warning",
      reason: "TopologyAwareHintsDisabled",
      message: `Topology Aware Hints has been disabled, addressType: ${addressType}`,
    }));

/** Hints for an endpoint's own zone may also stem from a traffic distribution preference. */
const wasShared = ({ hints, zone }: Endpoint, service: Service) =>
  hints?.forZones !== undefined && (hasTopologyMode(service) || hints.forZones.some(({ name }) => name !== zone));

const isOurs = ({ metadata }: Stored<EndpointSlice>) => metadata.labels?.[MANAGED_BY] === MANAGER;

const familiesOf = ({ spec }: Service) => (spec.ipFamilies ?? ["IPv4"]) as readonly AddressType[];

function groupsOf(service: Stored<Service>, pods: readonly Stored<Pod>[], snapshot: Snapshot): readonly PortGroup[] {
  const groups = new Map<string, { addressType: AddressType; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  const portsAt = portsByPod(service, (pod) => portsOf(service, pod));
  for (const addressType of familiesOf(service))
    for (const pod of pods) {
      const { ports, key: portsKey } = portsAt(pod);
      const key = `${addressType} ${portsKey}`;
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      const addresses = addressesOf(pod, addressType);
      if (addresses.length > 0) group.endpoints.push(endpointOf(pod, addresses, service, snapshot));
    }
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
  const zone = nodeName ? snapshot.get("nodes", "", nodeName)?.metadata.labels?.[ZONE] : undefined;
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
  };
}
