/** Mirrors manually written Endpoints of services without a selector into EndpointSlices. */
import type { EndpointAddress, EndpointSubset, Endpoints } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { familyOf, plainIP } from "../../../api/machinery/network/ip.ts";
import { defineController, type Effect, type EventRecord, settled } from "../controller.ts";
import { controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { canonical } from "../template-hash/template-hash.ts";
import { repackedSubsets } from "./repacked-subsets.ts";
import { listed, removal, reuseSlices, type SliceEffect } from "./slice-effects.ts";
import { groupKey, type PortGroup, SLICES } from "./slice-set.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslicemirroring-controller.k8s.io";
const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
const PER_SUBSET = 1000;

export const endpointSliceMirroringController = defineController({
  name: "endpointslicemirroring-controller",
  component: "endpoint-slice-mirroring-controller",
  reads: ["services", "endpoints", SLICES],
  writes: [SLICES],
  itemsOf({ resource, object }) {
    if (resource !== SLICES) return [itemKey(object)];
    const name = object.metadata.labels?.[SERVICE_NAME];
    const ours = object.metadata.labels?.[MANAGED_BY] === MANAGER;
    return name && ours ? [itemOf(object.metadata.namespace ?? "", name)] : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const endpoints = snapshot.get("endpoints", namespace, name);
    const service = snapshot.get("services", namespace, name);
    const slices = snapshot.labelled(SLICES, namespace, { [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER });
    if (!endpoints || !service || service.spec.selector !== undefined || !isMirrored(endpoints))
      return slices.length > 0 ? { effects: slices.filter(isAlive).map(removal) } : settled;
    const { groups, skipped } = mirrored(endpoints);
    const effects = planMirror(groups, slices, endpoints);
    if (effects.length === 0) return settled;
    return { effects, events: skipped > 0 ? [tooMany(endpoints, skipped)] : [] };
  },
});

const isAlive = ({ metadata }: Stored<EndpointSlice>): boolean => !metadata.deletionTimestamp;

const isMirrored = ({ metadata }: Stored<Endpoints>): boolean =>
  metadata.labels?.[SKIP] !== "true" && metadata.annotations?.[LEADER] === undefined;

interface Mirrored {
  readonly groups: readonly PortGroup[];
  /** How many addresses are in no slice. */
  readonly skipped: number;
}

function mirrored({ subsets = [] }: Endpoints): Mirrored {
  const groups = new Map<string, { addressType: "IPv4" | "IPv6"; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  let skipped = 0;
  for (const subset of repackedSubsets(subsets)) {
    const ports = portsOf(subset);
    const all = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    skipped += Math.max(0, all.length - PER_SUBSET);
    const families = Map.groupBy(all.slice(0, PER_SUBSET), ({ address }) => familyOf(address.ip));
    for (const [addressType, members] of families) {
      const key = groupKey(addressType, ports);
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      for (const { address, ready } of members) group.endpoints.push(mirror(address, ready));
    }
  }
  return { groups: [...groups.values()], skipped };
}

const tooMany = (about: Stored<Endpoints>, skipped: number): EventRecord => ({
  about,
  type: "Warning",
  reason: "TooManyAddressesToMirror",
  message: `A max of ${PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`,
});

/** One slice per subset, however many addresses it has, so that readers of slices find the subsets as written. */
function planMirror(
  groups: readonly PortGroup[],
  existing: readonly Stored<EndpointSlice>[],
  endpoints: Stored<Endpoints>,
): readonly Effect[] {
  const alive = existing.filter(isAlive);
  const slicesOf = Map.groupBy(alive, ({ addressType, ports }) => groupKey(addressType, ports));
  const effects: SliceEffect[] = [];
  for (const group of groups) {
    const key = groupKey(group.addressType, group.ports);
    const [slice, ...more] = slicesOf.get(key) ?? [];
    slicesOf.delete(key);
    effects.push(...more.map(removal));
    const { namespace, ...metadata } = metadataOf(endpoints);
    if (slice && shows(slice, group, metadata)) continue;
    const object: EndpointSlice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: slice
        ? { ...slice.metadata, ...metadata }
        : { ...metadata, namespace, generateName: `${endpoints.metadata.name}-` },
      addressType: group.addressType,
      ...(group.ports.length > 0 ? { ports: [...group.ports] } : {}),
      ...listed(group.endpoints),
    };
    effects.push({ op: slice ? "update" : "create", resource: SLICES, namespace, object });
  }
  effects.push(...[...slicesOf.values()].flat().map(removal));
  const written = reuseSlices(effects, existing);
  return endpoints.metadata.deletionTimestamp ? written.filter(({ op }) => op !== "create") : written;
}

function metadataOf({ metadata }: Stored<Endpoints>) {
  const { [LAST_APPLIED]: _, [TRIGGER]: __, ...annotations } = metadata.annotations ?? {};
  return {
    namespace: metadata.namespace ?? "",
    labels: { ...metadata.labels, [SERVICE_NAME]: metadata.name, [MANAGED_BY]: MANAGER },
    annotations,
    ownerReferences: [controllerReference({ metadata, apiVersion: "v1", kind: "Endpoints" })],
  };
}

/** Regardless of the order of the slice's endpoints. */
const shows = (
  slice: Stored<EndpointSlice>,
  group: PortGroup,
  { labels, annotations, ownerReferences }: Omit<ReturnType<typeof metadataOf>, "namespace">,
): boolean =>
  same(slice.metadata.labels, labels) &&
  same(slice.metadata.annotations ?? {}, annotations) &&
  same(slice.metadata.ownerReferences, ownerReferences) &&
  same(inOrder(slice.endpoints ?? []), inOrder(group.endpoints));

const inOrder = (endpoints: readonly Endpoint[]) => endpoints.map(canonical).sort();

const portsOf = ({ ports = [] }: EndpointSubset): EndpointPort[] =>
  ports.map(({ name = "", port, protocol = "TCP", appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol ? { appProtocol } : {}),
  }));

const mirror = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [plainIP(ip)],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef ? { targetRef } : {}),
});
