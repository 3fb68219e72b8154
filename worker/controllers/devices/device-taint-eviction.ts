/**
 * Deletes pods whose allocated devices have been tainted NoExecute; those that tolerate the taint for a limited time,
 * when that is over.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type {
  DeviceRequestAllocationResult,
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { toleratesAny } from "../../../api/machinery/selectors/tolerations.ts";
import { defineController, type EventRecord, type Snapshot, settled } from "../controller.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { disruption } from "../pod/disruption-target.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { earliest, timeOf } from "../time.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const SLICES = "resourceslices.resource.k8s.io";

export const deviceTaintEvictionController = defineController({
  name: "device-taint-eviction-controller",
  reads: [CLAIMS, SLICES, "pods"],
  writes: ["pods"],
  remembers: true,
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (deleted && resource !== SLICES) return [];
    if (resource === "pods") return object.spec.resourceClaims ? [itemKey(object)] : [];
    if (resource === CLAIMS) return usersOf(object);
    const slices = [object, previous].filter((each) => each !== undefined);
    if (!slices.some(isTainted)) return [];
    const { driver, pool } = object.spec;
    return snapshot
      .list(CLAIMS)
      .filter((claim) => devicesOf(claim).some((each) => each.driver === driver && each.pool === pool.name))
      .flatMap(usersOf);
  },
  reconcile(item, { snapshot, now, remembered, failure }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp || isTerminated(pod)) return settled;
    const end = earliest(...claimsOf(pod, snapshot).map((claim) => endOf(claim, snapshot)));
    if (end === undefined)
      return remembered === undefined ? settled : { effects: [], events: [evictionEvent(pod, "Cancelling deletion")] };
    if (end > now) return { effects: [], wakeAt: end, remember: MARKED };
    const message = "Device Taint manager: deleting due to NoExecute taint";
    return {
      effects: [
        disruption(pod, { reason: "DeletionByDeviceTaintManager", message, withoutGeneration: true }, now),
        { op: "delete", resource: "pods", namespace, name, uid: pod.metadata.uid },
      ],
      events: failure ? [] : [evictionEvent(pod, "Marking for deletion")],
    };
  },
});

/** Remembered of a pod that is to be deleted later. */
const MARKED = true;

const evictionEvent = (about: Stored<Pod>, message: string): EventRecord => ({
  about,
  type: "Normal",
  reason: "DeviceTaintManagerEviction",
  message,
});

const devicesOf = ({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] =>
  status.allocation?.devices?.results ?? [];

const usersOf = ({ metadata, status }: Stored<ResourceClaim>): string[] =>
  (status.reservedFor ?? [])
    .filter(({ apiGroup, resource }) => !apiGroup && resource === "pods")
    .map(({ name }) => itemOf(metadata.namespace ?? "", name));

/**
 * Only claims named in the pod's spec, as in Kubernetes. The claim for its extended resources, which has no
 * tolerations, does not count.
 */
const claimsOf = ({ metadata, status }: Stored<Pod>, snapshot: Snapshot): readonly Stored<ResourceClaim>[] =>
  snapshot
    .list(CLAIMS, metadata.namespace ?? "")
    .filter(({ metadata: { name } }) => name !== status.extendedResourceClaimStatus?.resourceClaimName)
    .filter(({ status: { reservedFor } }) => reservedFor?.some(({ uid }) => uid === metadata.uid));

/**
 * Kubernetes only honours tolerations that name the effect, although one without is documented to match all: those let
 * a pod be scheduled, not stay.
 */
const putsUpWith = (toleration: DeviceToleration, taint: DeviceTaint) =>
  toleration.effect === "NoExecute" && toleratesAny([toleration], taint);

const FOREVER = Number.POSITIVE_INFINITY;
const secondsOf = ({ tolerationSeconds = FOREVER }: DeviceToleration) => tolerationSeconds;

const evicting = ({ effect }: DeviceTaint) => effect === "NoExecute";

const isTainted = ({ spec }: ResourceSlice) => spec.devices?.some(({ taints }) => taints?.some(evicting)) ?? false;

/** When users of the claim must go (ms): the earliest time that one of its devices requires; undefined: never. */
function endOf(claim: Stored<ResourceClaim>, snapshot: Snapshot): number | undefined {
  return earliest(
    ...devicesOf(claim).flatMap((result) =>
      taintsOf(result, snapshot).map(({ taint, since }) => {
        const limits = (result.tolerations ?? []).filter((each) => putsUpWith(each, taint)).map(secondsOf);
        if (limits.length === 0) return since;
        return limits.includes(FOREVER) ? undefined : since + Math.max(0, Math.min(...limits)) * 1000;
      }),
    ),
  );
}

/** From the newest slices of the device's pool. */
function taintsOf({ driver, pool, device }: DeviceRequestAllocationResult, snapshot: Snapshot) {
  const slices = snapshot.list(SLICES).filter(({ spec }) => spec.driver === driver && spec.pool.name === pool);
  const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
  return slices
    .filter(({ spec }) => spec.pool.generation === newest)
    .flatMap(({ spec, metadata }) =>
      (spec.devices ?? [])
        .filter(({ name }) => name === device)
        .flatMap(({ taints = [] }) => taints)
        .filter(evicting)
        .map((taint) => ({ taint, since: timeOf(taint.timeAdded ?? metadata.creationTimestamp) ?? 0 })),
    );
}
