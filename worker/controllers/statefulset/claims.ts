/** The claims of a StatefulSet's pods: made before them, and owned as the retention policy says. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Effect, Snapshot } from "../controller.ts";
import { same } from "../same.ts";
import { claimsOf, ownersOfClaim, podName } from "./stateful-pod.ts";

export const CLAIMS = "persistentvolumeclaims";

interface Scene {
  readonly set: Stored<StatefulSet>;
  readonly snapshot: Snapshot;
}

/** A pod is not put on claims that are being deleted, or that go with the pod that was there before. */
export function claimsAreLeaving({ set, snapshot }: Scene, ordinal: number): boolean {
  const namespace = set.metadata.namespace ?? "";
  const scaled = set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === "Delete";
  return claimsOf(set, ordinal).some(({ metadata }) => {
    const claim = snapshot.get<PersistentVolumeClaim>(CLAIMS, namespace, metadata.name ?? "");
    const ofFormerPod = claim?.metadata.ownerReferences?.some(
      ({ kind, name }) => kind === "Pod" && name === podName(set, ordinal),
    );
    return claim !== undefined && (claim.metadata.deletionTimestamp !== undefined || (scaled && ofFormerPod === true));
  });
}

/** Makes those that are missing. */
export function claimCreations({ set, snapshot }: Scene, ordinal: number): readonly Effect[] {
  const namespace = set.metadata.namespace ?? "";
  const name = podName(set, ordinal);
  return claimsOf(set, ordinal)
    .filter(({ metadata }) => !snapshot.get(CLAIMS, namespace, metadata.name ?? ""))
    .map((object): Effect => {
      const text = `Create Claim ${object.metadata.name} Pod ${name} in StatefulSet ${set.metadata.name}`;
      return {
        op: "create",
        resource: CLAIMS,
        namespace,
        object,
        record: {
          about: set,
          success: { reason: "SuccessfulCreate", message: `${text} success` },
          failure: { reason: "FailedCreate", message: `${text} failed error: {message}` },
        },
      };
    });
}

/** Claims go with the set or with a condemned pod, as the retention policy says. */
export function claimOwners(
  { set, snapshot }: Scene,
  ordinal: number,
  condemned: Stored<Pod> | undefined,
): readonly Effect[] {
  const namespace = set.metadata.namespace ?? "";
  if (!set.spec.persistentVolumeClaimRetentionPolicy) return [];
  const wanted = ownersOfClaim(set, condemned);
  return claimsOf(set, ordinal).flatMap(({ metadata }): Effect[] => {
    const found = snapshot.get<PersistentVolumeClaim>(CLAIMS, namespace, metadata.name ?? "");
    if (!found || found.metadata.deletionTimestamp) return [];
    const ours = (uid: string, kind: string) => uid === set.metadata.uid || kind === "Pod";
    const others = (found.metadata.ownerReferences ?? []).filter(({ uid, kind }) => !ours(uid, kind));
    const ownerReferences = [...others, ...wanted];
    if (same(found.metadata.ownerReferences ?? [], ownerReferences)) return [];
    const object = { ...found, metadata: { ...found.metadata, ownerReferences } } as PersistentVolumeClaim;
    return [{ op: "update", resource: CLAIMS, namespace, object }];
  });
}
