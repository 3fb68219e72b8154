/** Mirrors Endpoints that somebody wrote by hand, for a service without a selector, into EndpointSlices. */
import type { EndpointAddress, EndpointSubset, Endpoints, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, settled } from "../controller.ts";
import { controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { groupKey, type PortGroup, planSlices, SLICES } from "./slice-set.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslicemirroring-controller.k8s.io";
const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
const PER_SUBSET = 1000;

export const endpointSliceMirroringController: Controller = {
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
    const endpoints = snapshot.get<Endpoints>("endpoints", namespace, name);
    const service = snapshot.get<Service>("services", namespace, name);
    const slices = snapshot.labelled<EndpointSlice>(SLICES, namespace, { [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER });
    if (!endpoints || !service || service.spec.selector !== undefined || !isMirrored(endpoints))
      return slices.length > 0 ? { effects: planSlices([], slices, { namespace }) } : settled;
    const { [LAST_APPLIED]: _, [TRIGGER]: __, ...annotations } = endpoints.metadata.annotations ?? {};
    return {
      effects: planSlices(groupsOf(endpoints), slices, {
        generateName: `${name}-`,
        namespace,
        labels: { ...endpoints.metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
        annotations: () => annotations,
        keepsAnnotations: true,
        ownerReferences: [controllerReference(endpoints)],
      }),
    };
  },
};

const isMirrored = ({ metadata }: Stored<Endpoints>): boolean =>
  metadata.labels?.[SKIP] !== "true" && metadata.annotations?.[LEADER] === undefined;

function groupsOf({ subsets = [] }: Endpoints): readonly PortGroup[] {
  const groups = new Map<string, { addressType: "IPv4" | "IPv6"; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  for (const subset of subsets) {
    const ports = portsOf(subset);
    const addresses = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ].slice(0, PER_SUBSET);
    for (const { address, ready } of addresses) {
      const addressType = address.ip.includes(":") ? "IPv6" : "IPv4";
      const key = groupKey(addressType, ports);
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(mirror(address, ready));
    }
  }
  return [...groups.values()];
}

const portsOf = ({ ports = [] }: EndpointSubset): EndpointPort[] =>
  ports.map(({ name = "", port, protocol = "TCP", appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol ? { appProtocol } : {}),
  }));

const mirror = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef ? { targetRef } : {}),
});
