/**
 * Each allocated cluster IP has an IPAddress, so that it is given out once. Both are written in one commit; this
 * controller repairs later manual changes (Kubernetes' ipallocator repair loop).
 */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress } from "../../../api/generated/networking.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { timeOf } from "../time.ts";
import { contains, parseCidr } from "./cidr.ts";

const ADDRESSES = "ipaddresses.networking.k8s.io";
const RANGES = "servicecidrs.networking.k8s.io";
const FAMILY = "ipaddress.kubernetes.io/ip-family";
const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
const MANAGER = "ipallocator.k8s.io";
/** An address may be a little older than its service, or than a service's change of type. */
const GRACE_MS = 60_000;
/** For a transaction that is about to be rolled back. */
const UNDONE_MS = 5000;

/** By the allocator of services' addresses, and not by somebody else. */
export const isAllocated = ({ metadata }: IPAddress): boolean => metadata.labels?.[MANAGED_BY] === MANAGER;

export const serviceAddressesController = defineController({
  name: "ipallocator-repair-controller",
  reads: ["services", ADDRESSES, RANGES],
  writes: [ADDRESSES],
  /** Kubernetes looks at all addresses that often. */
  pace: { longest: 180_000 },
  itemsOf({ resource, object }) {
    if (resource === "services") return addressesOf(object);
    return resource === ADDRESSES ? [object.metadata.name] : [];
  },
  reconcile(address, { snapshot, now }) {
    const found = snapshot.get(ADDRESSES, "", address);
    const parent = found && parentOf(found, snapshot);
    const holder = parent && addressesOf(parent).includes(address) ? parent : holderOf(address, snapshot);
    if (holder && !isInRange(address, snapshot)) return planOutOfRange(holder, address);
    if (!found) return holder ? planMissing(holder, address) : settled;
    if (holder && holder === parent) return settled;
    if (holder && !parent) return planWrong(found, holder);
    return isAllocated(found) ? planUnused(found, parent, now) : settled;
  },
});

const addressesOf = (service: KubeObject): string[] =>
  ((service as Stored<Service>).spec.clusterIPs ?? []).filter((ip) => ip !== "None" && ip !== "");

function parentOf({ spec: { parentRef } }: IPAddress, snapshot: Snapshot): Stored<Service> | undefined {
  if (parentRef?.resource !== "services") return undefined;
  return snapshot.get("services", parentRef.namespace ?? "", parentRef.name ?? "");
}

/** Only looked up if an address is missing, or belongs to another. */
const holderOf = (address: string, snapshot: Snapshot) =>
  snapshot
    .list("services")
    .find((service) => service.spec.type !== "ExternalName" && addressesOf(service).includes(address));

const familyOf = (address: string) => (address.includes(":") ? "IPv6" : "IPv4");

/** A cluster without ranges has none to be outside of. */
function isInRange(address: string, snapshot: Snapshot): boolean {
  const ranges = snapshot.list(RANGES).flatMap(({ spec }) => spec.cidrs ?? []);
  return ranges.length === 0 || ranges.flatMap(parseCidr).some((cidr) => contains(cidr, address));
}

const warning = (about: Stored<KubeObject>, reason: string, message: string): EventRecord => ({
  about,
  type: "Warning",
  reason,
  message,
  action: about.kind === "Service" ? "ClusterIPAllocation" : "IPAddressAllocation",
});

function planOutOfRange(service: Stored<Service>, address: string): Plan {
  const message = `Cluster IP [${familyOf(address)}]: ${address} is not within any configured Service CIDR; please recreate service`;
  return { effects: [], events: [warning(service, "ClusterIPOutOfRange", message)] };
}

function planMissing(service: Stored<Service>, address: string): Plan {
  const message = `Cluster IP [${familyOf(address)}]: ${address} is not allocated; repairing`;
  return { effects: [creation(service, address)], events: [warning(service, "ClusterIPNotAllocated", message)] };
}

/** The IPAddress refers to something other than the service that has the address. */
function planWrong({ metadata: { name, uid } }: Stored<IPAddress>, service: Stored<Service>): Plan {
  const { namespace, name: holder } = service.metadata;
  const message = `the ClusterIP [${familyOf(name)}]: ${name} for Service ${namespace}/${holder} has a wrong reference; repairing`;
  return {
    effects: [{ op: "delete", resource: ADDRESSES, namespace: "", name, uid }, creation(service, name)],
    events: [warning(service, "ClusterIPNotAllocated", message)],
  };
}

function creation(service: Stored<Service>, address: string): Effect {
  const { namespace = "", name } = service.metadata;
  const object: IPAddress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: address, labels: { [FAMILY]: familyOf(address), [MANAGED_BY]: MANAGER } },
    spec: { parentRef: { group: "", resource: "services", namespace, name } },
  };
  return { op: "create", resource: ADDRESSES, namespace: "", object };
}

/** An IPAddress of ours that no service has. */
function planUnused(address: Stored<IPAddress>, parent: Stored<Service> | undefined, now: number): Plan {
  const { name, uid } = address.metadata;
  const { group = "", resource = "", namespace = "", name: service = "" } = address.spec.parentRef ?? {};
  const removed = (reason: string, message: string): Plan => ({
    effects: [{ op: "delete", resource: ADDRESSES, namespace: "", name, uid }],
    events: [warning(address, reason, message)],
  });
  if (group !== "" || resource !== "services") {
    const reference = `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${service},}`;
    const message = `IPAddress ${name} appears to have been modified, not referencing a Service ${reference}: cleaning up`;
    return removed("IPAddressNotAllocated", message);
  }
  const end = (timeOf(address.metadata.creationTimestamp) ?? 0) + graceOf(parent);
  if (end > now) return { effects: [], wakeAt: end };
  const subject = `IPAddress: ${name} for Service ${namespace}/${service}`;
  return parent
    ? removed("IPAddressWrongReference", `${subject} has a wrong reference; cleaning up`)
    : removed("IPAddressNotAllocated", `${subject} appears to have leaked: cleaning up`);
}

const graceOf = (parent: Stored<Service> | undefined): number =>
  !parent || parent.spec.type === "ExternalName" ? GRACE_MS : UNDONE_MS;
