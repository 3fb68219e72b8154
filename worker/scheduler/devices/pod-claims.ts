/** The device claims that a pod refers to. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import { type Labelled, meetsAnyTerm } from "../../../api/machinery/selectors/node-selector.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim } from "./allocate.ts";
import { DEVICE_CLAIMS } from "./device-use.ts";

/** The most pods that may share a claim. */
const MAX_CONSUMERS = 256;

type PodClaim = NonNullable<Pod["spec"]["resourceClaims"]>[number];

/** The name of the claim; null if the pod runs without one, undefined if it is yet to be created. */
function claimNameOf({ pod }: PendingPod, { name, resourceClaimName }: PodClaim): string | null | undefined {
  if (resourceClaimName) return resourceClaimName;
  const made = pod.status.resourceClaimStatuses?.find((each) => each.name === name);
  return made && (made.resourceClaimName ?? null);
}

/** Undefined if one is missing, terminating or another pod's: the pod is not considered until that changes. */
export function deviceClaimsOf(pod: PendingPod, cluster: Cluster): readonly Claim[] | undefined {
  const claims: Claim[] = [];
  for (const podClaim of pod.pod.spec.resourceClaims ?? []) {
    const name = claimNameOf(pod, podClaim);
    if (name === null) continue;
    const claim = name === undefined ? undefined : cluster.get(DEVICE_CLAIMS, pod.namespace, name);
    if (!claim || claim.metadata.deletionTimestamp) return undefined;
    const generated = !podClaim.resourceClaimName;
    const owners = claim.metadata.ownerReferences ?? [];
    if (generated && !owners.some(({ controller, uid }) => controller && uid === pod.uid)) return undefined;
    claims.push(claim);
  }
  return claims;
}

export const isReservedFor = ({ status }: Claim, { uid }: PendingPod): boolean =>
  status.reservedFor?.some((each) => each.uid === uid) ?? false;

/** Whether it was created for the pod. */
export const isClaimOf = ({ uid }: PendingPod, { metadata }: Claim): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;

/** Why the claims keep the pod off every node. */
export function unschedulableReason(claims: readonly Claim[], pod: PendingPod, cluster: Cluster): string | undefined {
  for (const claim of claims) {
    const { allocation, reservedFor = [] } = claim.status;
    if (allocation) {
      if (reservedFor.length >= MAX_CONSUMERS && !isReservedFor(claim, pod)) return "resourceclaim in use";
      continue;
    }
    for (const { name, exactly, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
      const requested = exactly ? [{ name, deviceClassName: exactly.deviceClassName }] : [];
      const others = firstAvailable.map((each) => ({ ...each, name: `${name}/${each.name}` }));
      for (const each of [...requested, ...others])
        if (!cluster.get(DEVICE_CLASSES, "", each.deviceClassName))
          return `request ${each.name}: device class ${each.deviceClassName} does not exist`;
    }
  }
  return undefined;
}

/** Whether what is allocated can be used from the node. */
export const isWithinReach = ({ status }: Claim, node: Labelled): boolean => {
  const selector = status.allocation?.nodeSelector;
  return selector === undefined || meetsAnyTerm(selector.nodeSelectorTerms, node);
};
