/** A ServiceCIDR is ready while it exists; deletion waits until none of its addresses is in use. */
import type { IPAddress, ServiceCIDR } from "../../../api/generated/networking.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineController, type Plan, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { statusApply } from "../status-update.ts";
import { contains, parseCidr } from "./cidr.ts";
import { isAllocated } from "./service-addresses.ts";

const RESOURCE = "servicecidrs.networking.k8s.io";
const ADDRESSES = "ipaddresses.networking.k8s.io";
const FINALIZER = "networking.k8s.io/service-cidr-finalizer";

export const serviceCidrController = defineController({
  name: "service-cidrs-controller",
  reads: [RESOURCE, ADDRESSES],
  writes: [RESOURCE],
  itemsOf({ resource, object, deleted, snapshot }) {
    const isLeaving = (each: Stored<ServiceCIDR>) => each.metadata.deletionTimestamp !== undefined;
    const leaving = () => snapshot.list(RESOURCE).filter(isLeaving).map(itemKey);
    // A new range may take over the addresses of one that is being deleted.
    if (resource === RESOURCE) return [...new Set([itemKey(object), ...leaving()])];
    return deleted ? leaving() : [];
  },
  reconcile(name, { snapshot, now }) {
    const range = snapshot.get(RESOURCE, "", name);
    if (!range) return settled;
    const { deletionTimestamp, finalizers = [] } = range.metadata;
    if (!deletionTimestamp) {
      if (!finalizers.includes(FINALIZER)) return patchFinalizers(range, { finalizers: [FINALIZER] });
      return ready(range, now, { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" });
    }
    if (!finalizers.includes(FINALIZER)) return settled;
    const inUse = strandsAddresses(range, snapshot.list(RESOURCE), snapshot.list(ADDRESSES).filter(isAllocated));
    if (inUse) {
      const message =
        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
      return ready(range, now, { status: "False", reason: "Terminating", message });
    }
    return patchFinalizers(range, { "$deleteFromPrimitiveList/finalizers": [FINALIZER] });
  },
});

/** Whether this range has addresses in use that are in no other remaining range. */
function strandsAddresses(
  range: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly Stored<IPAddress>[],
): boolean {
  const ours = (range.spec.cidrs ?? []).flatMap(parseCidr);
  const others = all.filter((each) => each !== range && !each.metadata.deletionTimestamp);
  const theirs = others.flatMap(({ spec }) => (spec.cidrs ?? []).flatMap(parseCidr));
  const within = (cidrs: readonly ReturnType<typeof parseCidr>[number][], ip: string) =>
    cidrs.some((cidr) => contains(cidr, ip));
  return addresses.some(({ metadata: { name } }) => within(ours, name) && !within(theirs, name));
}

function ready(
  range: Stored<ServiceCIDR>,
  now: number,
  next: { status: string; reason: string; message: string },
): Plan {
  const current = range.status.conditions?.find(({ type }) => type === "Ready");
  if (current?.status === next.status && current.reason === next.reason && current.message === next.message)
    return settled;
  const condition = { type: "Ready", ...next, lastTransitionTime: timestamp(now) };
  const status = { conditions: [condition] };
  return { effects: [statusApply(RESOURCE, range, { fieldManager: "service-cidr-controller", status })] };
}

const patchFinalizers = (range: Stored<ServiceCIDR>, metadata: object): Plan => ({
  effects: [
    {
      op: "patch",
      resource: RESOURCE,
      namespace: "",
      name: range.metadata.name,
      type: "application/strategic-merge-patch+json",
      patch: { metadata },
    },
  ],
});
