/**
 * Reserves allocated device claims for pods that were bound without the scheduler, which reserves them otherwise: pods
 * created with a node's name, or bound by a scheduler that knows nothing of devices.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Effect, type Snapshot, settled } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { statusUpdate } from "../status-update.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
/** The most pods that may share a claim. */
const MAX_CONSUMERS = 256;

type PodClaim = NonNullable<Pod["spec"]["resourceClaims"]>[number];

export const claimReservationController: Controller = {
  name: "resource-claim-controller",
  component: "resource_claim",
  reads: [CLAIMS, "pods"],
  writes: [CLAIMS],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (deleted) return [];
    if (resource === "pods") return mayLackReservations(object as Stored<Pod>) ? [itemKey(object)] : [];
    const claim = object as Stored<ResourceClaim>;
    if (!isOpen(claim) || (previous && isOpen(previous as Stored<ResourceClaim>))) return [];
    return snapshot
      .list("pods", claim.metadata.namespace)
      .filter((pod) => mayLackReservations(pod) && namesOf(pod).includes(claim.metadata.name))
      .map(itemKey);
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    return pod && mayLackReservations(pod) ? { effects: reservations(pod, snapshot) } : settled;
  },
};

/** The pod is on a node, and uses claims there. */
const mayLackReservations = (pod: Stored<Pod>): boolean =>
  (pod.spec.resourceClaims?.length ?? 0) > 0 &&
  Boolean(pod.spec.nodeName) &&
  !pod.metadata.deletionTimestamp &&
  !isTerminated(pod);

/** Whether another pod may be added to its consumers. */
const isOpen = ({ metadata, status: { allocation, reservedFor = [] } }: Stored<ResourceClaim>): boolean =>
  allocation !== undefined && reservedFor.length < MAX_CONSUMERS && metadata.deletionTimestamp === undefined;

function nameOf({ status }: Stored<Pod>, { name, resourceClaimName }: PodClaim): string | undefined {
  return resourceClaimName ?? status.resourceClaimStatuses?.find((each) => each.name === name)?.resourceClaimName;
}

const namesOf = (pod: Stored<Pod>) => (pod.spec.resourceClaims ?? []).map((each) => nameOf(pod, each));

function reservations(pod: Stored<Pod>, snapshot: Snapshot): Effect[] {
  const { namespace = "", name, uid } = pod.metadata;
  return (pod.spec.resourceClaims ?? []).flatMap((podClaim) => {
    const claimName = nameOf(pod, podClaim);
    const claim = claimName && snapshot.get<ResourceClaim>(CLAIMS, namespace, claimName);
    if (!claim || !isOpen(claim)) return [];
    const isGenerated = podClaim.resourceClaimName === undefined;
    if (isGenerated && controllerOf(claim)?.uid !== uid) return [];
    const { reservedFor = [] } = claim.status;
    if (reservedFor.some((each) => each.uid === uid)) return [];
    const consumer = { resource: "pods", name, uid };
    return statusUpdate(CLAIMS, claim, { ...claim.status, reservedFor: [...reservedFor, consumer] });
  });
}
