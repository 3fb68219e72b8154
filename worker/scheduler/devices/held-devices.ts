/** The devices that are allocated to a pod before it is bound. */
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim } from "./allocate.ts";
import { mustBind, type Readiness, readinessOf } from "./binding-conditions.ts";
import { extendedClaimAt } from "./extended-claim.ts";
import { isReservedFor } from "./pod-claims.ts";
import type { PodDevices } from "./pod-devices.ts";

export interface HeldDevices {
  readonly claims: readonly Claim[];
  /** The claim among them that is for its extended resources. */
  readonly extended?: Claim;
  /** Whether any of them has to be bound to the node. */
  readonly mustBind: boolean;
}

/** What is given back so that the pod can be placed another time. */
export type Freed =
  /** Nobody uses its devices, and the pod cannot run where they are. */
  | { readonly kind: "deallocate"; readonly claim: Claim }
  /** It was created for the pod's extended resources, which it cannot satisfy. */
  | { readonly kind: "discard"; readonly claim: Claim }
  /** The pod's reservation: its devices could not be bound to the node. */
  | { readonly kind: "release"; readonly claim: Claim };

/** Undefined unless the pod has all that it wants on the node; without claims if it wants no devices. */
export function heldDevicesOf(
  pod: PendingPod,
  { claims: named, extended, made }: PodDevices,
  node: NodeInfo,
): HeldDevices | undefined {
  if (!made && extended.size > 0 && extendedClaimAt(node, pod, extended)) return undefined;
  const claims = made ? [...named, made] : named;
  if (!claims.every((claim) => claim.status.allocation && isReservedFor(claim, pod))) return undefined;
  const bound = claims.some(({ status: { allocation } }) => allocation && mustBind(allocation));
  return { claims, mustBind: bound, ...(made && { extended: made }) };
}

/** The first claim that is not ready decides. */
export function readinessOfAll({ claims }: HeldDevices, now: number): Readiness {
  for (const claim of claims) {
    const readiness = readinessOf(claim, now);
    if (readiness.kind !== "ready") return readiness;
  }
  return { kind: "ready" };
}

/** What is given back if the pod does not go to the node after all. */
export const freedOf = ({ claims, extended }: HeldDevices): readonly Freed[] =>
  claims.map((claim) => ({ kind: claim === extended ? "discard" : "release", claim }));
