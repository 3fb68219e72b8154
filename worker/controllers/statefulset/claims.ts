/** The claims of a StatefulSet's pods: created before the pods, and owned according to the retention policy. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { CreateEffect, Effect, EventRecord, Snapshot } from "../controller.ts";
import { same } from "../same.ts";
import { claimsOf, ownersOfClaim, podName } from "./stateful-pod.ts";

export const CLAIMS = "persistentvolumeclaims";

interface ClaimScope {
  readonly set: Stored<StatefulSet>;
  readonly snapshot: Snapshot;
}

/** A pod must not use claims that are being deleted, or that will be deleted with the pod that was there before. */
export function claimsAreLeaving({ set, snapshot }: ClaimScope, ordinal: number): boolean {
  const namespace = set.metadata.namespace ?? "";
  const scaled = set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === "Delete";
  return claimsOf(set, ordinal).some(({ metadata }) => {
    const claim = snapshot.get(CLAIMS, namespace, metadata.name ?? "");
    const ofFormerPod = claim?.metadata.ownerReferences?.some(
      ({ kind, name }) => kind === "Pod" && name === podName(set, ordinal),
    );
    return claim !== undefined && (claim.metadata.deletionTimestamp !== undefined || (scaled && ofFormerPod === true));
  });
}

/**
 * Why a pod cannot be created yet, in Kubernetes' words; claims that the set itself is about to delete are not
 * reported.
 */
export function leavingClaims({ set, snapshot }: ClaimScope, ordinal: number): string | undefined {
  const why = claimsOf(set, ordinal).flatMap(({ metadata: { name = "" } }) => {
    const claim = snapshot.get(CLAIMS, set.metadata.namespace ?? "", name);
    return claim?.metadata.deletionTimestamp ? [`pvc ${name} is being deleted`] : [];
  });
  return why.length > 1 ? `[${why.join(", ")}]` : why[0];
}

/** Creates missing claims: for a pod that is to be created, which they may keep from it, or for one that waits. */
export function claimCreations(
  { set, snapshot }: ClaimScope,
  ordinal: number,
  pod: "new" | "waiting",
): readonly CreateEffect[] {
  const namespace = set.metadata.namespace ?? "";
  const name = podName(set, ordinal);
  return claimsOf(set, ordinal)
    .filter(({ metadata }) => !snapshot.get(CLAIMS, namespace, metadata.name ?? ""))
    .map((object): CreateEffect => {
      const claim = object.metadata.name;
      const where = `Pod ${name} in StatefulSet ${set.metadata.name}`;
      const failed = (what: string) => ({ reason: "FailedCreate", message: `Create ${what}: {message}` });
      const failure = failed(`Claim ${claim} for ${where} failed error`);
      const ofPod = failed(`${where} failed error: failed to create PVC ${claim}`);
      return {
        op: "create",
        resource: CLAIMS,
        namespace,
        object,
        record: {
          about: set,
          success: { reason: "SuccessfulCreate", message: `Create Claim ${claim} ${where} success` },
          failure: pod === "new" ? [failure, ofPod] : failure,
        },
      };
    });
}

/** Claims are deleted with the set or with a condemned pod, according to the retention policy. */
export function claimOwners(scene: ClaimScope, ordinal: number, condemned: Stored<Pod> | undefined): readonly Effect[] {
  const wanted = ownersOfClaim(scene.set, condemned);
  return ownedClaims(scene, ordinal, condemned).flatMap(({ claim, mine: own, others, isForeign }): Effect[] => {
    const ownerReferences = [...others, ...(isForeign ? [] : wanted)];
    const has = claim.metadata.ownerReferences ?? [];
    if (own.every(({ controller }) => controller) && sameOwners(has, ownerReferences)) return [];
    const object = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    return [{ op: "update", resource: CLAIMS, namespace: claim.metadata.namespace ?? "", object }];
  });
}

/** Events about claims that cannot follow the policy. */
export const claimConflicts = (scene: ClaimScope, ordinal: number): readonly EventRecord[] =>
  ownedClaims(scene, ordinal, undefined)
    .filter(({ isForeign }) => isForeign)
    .map(({ claim: { metadata } }) => ({
      about: scene.set,
      type: "Warning",
      reason: "ConflictingController",
      message: `PersistentVolumeClaim ${metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`,
    }));

interface OwnedClaim {
  readonly claim: Stored<PersistentVolumeClaim>;
  /** The set and the ordinal's pod, as far as they own the claim. */
  readonly mine: readonly OwnerReference[];
  readonly others: readonly OwnerReference[];
  /** Somebody else controls it, so the policy does not apply. */
  readonly isForeign: boolean;
}

/** Without claims left behind by a deleted set or pod of the same name: those will be deleted. */
function ownedClaims({ set, snapshot }: ClaimScope, ordinal: number, condemned?: Stored<Pod>): readonly OwnedClaim[] {
  const namespace = set.metadata.namespace ?? "";
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenDeleted === undefined && whenScaled === undefined) return [];
  const name = podName(set, ordinal);
  const pod = condemned ?? snapshot.get("pods", namespace, name);
  const isMine = (owner: OwnerReference) => isNamed(owner, set, set.metadata.name) || isNamed(owner, POD, name);
  return claimsOf(set, ordinal).flatMap(({ metadata }): OwnedClaim[] => {
    const claim = snapshot.get(CLAIMS, namespace, metadata.name ?? "");
    if (!claim) return [];
    const owners = claim.metadata.ownerReferences ?? [];
    const mine = owners.filter(isMine);
    if (mine.some(({ uid }) => uid !== set.metadata.uid && uid !== pod?.metadata.uid)) return [];
    const others = owners.filter((owner) => !isMine(owner));
    const follows = whenDeleted === "Delete" || whenScaled === "Delete";
    return [{ claim, mine, others, isForeign: follows && others.some(({ controller }) => controller) }];
  });
}

const POD = { apiVersion: "v1", kind: "Pod" };
const isNamed = (owner: OwnerReference, of: { apiVersion: string; kind: string }, name: string) =>
  owner.apiVersion === of.apiVersion && owner.kind === of.kind && owner.name === name;

const uidsOf = (owners: readonly OwnerReference[]) => owners.map(({ uid }) => uid).sort();
const sameOwners = (a: readonly OwnerReference[], b: readonly OwnerReference[]) => same(uidsOf(a), uidsOf(b));
