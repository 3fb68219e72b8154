/** What a placement means for volumes: chosen ones are reserved for their claims, missing ones requested. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { persistentVolume } from "../../../api/resources/core/persistent-volume.ts";
import { persistentVolumeClaim } from "../../../api/resources/core/persistent-volume-claim.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { asRevision } from "../../../api/store/revision.ts";
import { withManagedFields } from "../managed-fields.ts";
import { type Change, type SchedulerRequest, sentBack } from "../requests/scheduler-request.ts";
import { CLAIMS, type Claim, SELECTED_NODE, VOLUMES } from "./pod-volumes.ts";
import type { Volume } from "./volume-choice.ts";

/** An object as it will be. */
export interface Assumed extends Change {
  readonly resource: string;
  readonly before: Stored<KubeObject>;
  readonly after: Stored<KubeObject>;
}

/** The volume, reserved for the claim; the volume binder does the rest. */
export function reserve({ claim, volume }: { readonly claim: Claim; readonly volume: Volume }, now: number): Assumed {
  const { metadata, apiVersion, kind } = claim;
  const claimRef = {
    ...volume.spec.claimRef,
    apiVersion,
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
  const byController = volume.spec.claimRef ? {} : { "pv.kubernetes.io/bound-by-controller": "yes" };
  const annotations = { ...volume.metadata.annotations, ...byController };
  const after: Stored<PersistentVolume> = {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef },
  };
  return assumedWrite(VOLUMES, {
    kind: persistentVolume,
    before: volume,
    after: withManagedFields({ before: volume, after }, { kind: persistentVolume, subresource: "", now }),
    requests: () => [volumeUpdate(VOLUMES, after)],
  });
}

/** The claim with the node that its volume should be provisioned for. */
export function requestProvisioning(claim: Claim, node: string, now: number): Assumed {
  const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node };
  const after: Stored<PersistentVolumeClaim> = { ...claim, metadata: { ...claim.metadata, annotations } };
  return assumedWrite(CLAIMS, {
    kind: persistentVolumeClaim,
    before: claim,
    after: withManagedFields({ before: claim, after }, { kind: persistentVolumeClaim, subresource: "", now }),
    requests: () => [volumeUpdate(CLAIMS, after)],
  });
}

export function assumedWrite(
  resource: string,
  {
    kind,
    before,
    after,
    requests,
  }: {
    readonly kind: Resource;
    readonly before: Stored<KubeObject>;
    readonly after: Stored<KubeObject>;
    readonly requests: Change["requests"];
  },
): Assumed {
  const { namespace = "", name, resourceVersion } = before.metadata;
  return {
    resource,
    before,
    after,
    write: {
      op: "replace",
      key: { resource, namespace, name },
      ifRevision: asRevision(Number(resourceVersion)),
      text: textWithoutRevision(after),
      attributes: attributesOf(kind, after),
    },
    requests,
  };
}

const volumeUpdate = (resource: string, object: Stored<KubeObject>): SchedulerRequest => ({
  verb: "update",
  resource,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
  labels: object.metadata.labels,
  body: sentBack(object),
  failure: (message) => `running PreBind plugin "VolumeBinding": ${message}`,
});
