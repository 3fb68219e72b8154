/** The pod of one ordinal and its claims. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { controllerReference } from "../controller-ref.ts";
import { podFromTemplate } from "../pod/pod-from-template.ts";

export const REVISION = "controller-revision-hash";
const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

/** The ordinal in a pod's name; undefined if the name is not one of this set's. */
export function ordinalOf(set: KubeObject, pod: KubeObject): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const name = pod.metadata.name ?? "";
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

export const podName = (set: Stored<StatefulSet>, ordinal: number): string => `${set.metadata.name}-${ordinal}`;

export const identityLabels = (set: Stored<StatefulSet>, ordinal: number): Readonly<Record<string, string>> => ({
  [POD_NAME]: podName(set, ordinal),
  [POD_INDEX]: String(ordinal),
});

export function statefulPod(
  set: Stored<StatefulSet>,
  ordinal: number,
  from: { template: PodTemplateSpec; revision: string },
): Pod {
  const pod = podFromTemplate(set, from.template);
  const name = podName(set, ordinal);
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name ?? "");
  const volumes = [
    ...claims.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) } })),
    ...(pod.spec.volumes ?? []).filter((volume) => !claims.includes(volume.name)),
  ];
  const { subdomain: _, ...spec } = pod.spec;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: { ...pod.metadata.labels, ...identityLabels(set, ordinal), [REVISION]: from.revision },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

const claimName = (set: Stored<StatefulSet>, claim: string, ordinal: number) => `${claim}-${podName(set, ordinal)}`;

export function claimsOf(set: Stored<StatefulSet>, ordinal: number): readonly PersistentVolumeClaim[] {
  const owners = ownersOfClaim(set, undefined);
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    ...template,
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...template.metadata,
      name: claimName(set, template.metadata.name ?? "", ordinal),
      namespace: set.metadata.namespace ?? "",
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(owners.length > 0 ? { ownerReferences: owners } : {}),
    },
    status: {},
  }));
}

/**
 * The owners that a claim should have under the set's retention policy; `condemned` is the pod that a scale-down
 * deletes.
 */
export function ownersOfClaim(set: Stored<StatefulSet>, condemned: Stored<Pod> | undefined): OwnerReference[] {
  const { whenDeleted = "Retain", whenScaled = "Retain" } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (condemned && whenScaled === "Delete") return [controllerReference(condemned)];
  return whenDeleted === "Delete" ? [controllerReference(set)] : [];
}
