/**
 * Every cluster IP stands for itself as an IPAddress, so that it is given once. Both are written in one commit; this finds
 * what was changed by hand afterwards (Kubernetes' ipallocator repair loop).
 */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress } from "../../../api/generated/networking.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { timeOf } from "../time.ts";

const ADDRESSES = "ipaddresses.networking.k8s.io";
const FAMILY = "ipaddress.kubernetes.io/ip-family";
const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
const MANAGER = "ipallocator.k8s.io";
/** An address may be a little older than its service. */
const GRACE_MS = 60_000;

export const serviceAddressesController: Controller = {
  name: "ipallocator-repair-controller",
  reads: ["services", ADDRESSES],
  writes: [ADDRESSES],
  itemsOf({ resource, object }) {
    if (resource !== "services") return [object.metadata.name];
    return addressesOf(object);
  },
  reconcile(address, context) {
    const { snapshot } = context;
    const found = snapshot.get<IPAddress>(ADDRESSES, "", address);
    const service = found ? parentOf(found, snapshot) : holderOf(address, snapshot);
    if (!found) return service ? planMissing(service, address) : settled;
    const isUsed = service !== undefined && addressesOf(service).includes(address);
    return isUsed || found.metadata.labels?.[MANAGED_BY] !== MANAGER ? settled : planLeaked(found, context.now);
  },
};

const addressesOf = (service: KubeObject): string[] =>
  ((service as Stored<Service>).spec.clusterIPs ?? []).filter((ip) => ip !== "None" && ip !== "");

function parentOf({ spec: { parentRef } }: IPAddress, snapshot: Snapshot): Stored<Service> | undefined {
  if (parentRef?.resource !== "services") return undefined;
  return snapshot.get<Service>("services", parentRef.namespace ?? "", parentRef.name ?? "");
}

/** Asked only where an address is missing. */
const holderOf = (address: string, snapshot: Snapshot) =>
  snapshot
    .list<Service>("services")
    .find((service) => service.spec.type !== "ExternalName" && addressesOf(service).includes(address));

function planMissing(service: Stored<Service>, address: string): Plan {
  const family = address.includes(":") ? "IPv6" : "IPv4";
  const { namespace = "", name } = service.metadata;
  const object: IPAddress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: address, labels: { [FAMILY]: family, [MANAGED_BY]: MANAGER } },
    spec: { parentRef: { group: "", resource: "services", namespace, name } },
  };
  const create: Effect = { op: "create", resource: ADDRESSES, namespace: "", object };
  const message = `Cluster IP [${family}]: ${address} is not allocated; repairing`;
  const event: EventRecord = { about: service, type: "Warning", reason: "ClusterIPNotAllocated", message };
  return { effects: [create], events: [event] };
}

function planLeaked(address: Stored<IPAddress>, now: number): Plan {
  const end = (timeOf(address.metadata.creationTimestamp) ?? 0) + GRACE_MS;
  if (end > now) return { effects: [], wakeAt: end };
  const { name, uid } = address.metadata;
  const { namespace, name: service } = address.spec.parentRef ?? {};
  const message = `IPAddress: ${name} for Service ${namespace}/${service} appears to have leaked: cleaning up`;
  const event: EventRecord = { about: address, type: "Warning", reason: "IPAddressNotAllocated", message };
  return { effects: [{ op: "delete", resource: ADDRESSES, namespace: "", name, uid }], events: [event] };
}
