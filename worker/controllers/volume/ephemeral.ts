/** Creates the claims of pods' ephemeral volumes; they are deleted with their pods. */
import type { PersistentVolumeClaim, Pod, Volume } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { controllerOf, controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";

const CLAIMS = "persistentvolumeclaims";

export const ephemeralVolumes = defineController({
  name: "ephemeral-volume-controller",
  component: "ephemeral_volume",
  reads: ["pods", CLAIMS],
  writes: [CLAIMS],
  itemsOf({ resource, object, deleted }) {
    if (resource === "pods") return !deleted && isEphemeral(object) ? [itemKey(object)] : [];
    const owner = controllerOf(object);
    return deleted && owner?.kind === "Pod" ? [itemOf(object.metadata.namespace ?? "", owner.name)] : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    return pod && !pod.metadata.deletionTimestamp ? planClaims(pod, snapshot) : settled;
  },
});

const isEphemeral = ({ spec }: Pod): boolean => spec.volumes?.some(({ ephemeral }) => ephemeral) ?? false;

function planClaims(pod: Stored<Pod>, snapshot: Snapshot): Plan {
  const effects: Effect[] = [];
  const events: EventRecord[] = [];
  const { namespace = "" } = pod.metadata;
  for (const volume of pod.spec.volumes ?? []) {
    if (!volume.ephemeral) continue;
    const name = `${pod.metadata.name}-${volume.name}`;
    const claim = snapshot.get(CLAIMS, namespace, name);
    if (!claim) effects.push(creation(pod, volume, name));
    // A claim of that name that belongs to somebody else is never used.
    else if (controllerOf(claim)?.uid !== pod.metadata.uid) events.push(foreignClaimEvent(pod, volume, name));
  }
  return { effects, events };
}

function creation(pod: Stored<Pod>, { name: volume, ephemeral }: Volume, name: string): Effect {
  const { namespace = "" } = pod.metadata;
  const { metadata: { labels, annotations } = {}, spec = {} } = ephemeral?.volumeClaimTemplate ?? {};
  const object: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace,
      ownerReferences: [controllerReference(pod)],
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
    spec,
    status: {},
  };
  const message = `ephemeral volume ${volume}: create PVC ${name}: {message}`;
  return {
    op: "create",
    resource: CLAIMS,
    namespace,
    object,
    record: { about: pod, failure: { reason: "FailedBinding", message } },
  };
}

const foreignClaimEvent = (about: Stored<Pod>, { name: volume }: Volume, name: string): EventRecord => ({
  about,
  type: "Warning",
  reason: "FailedBinding",
  message: `ephemeral volume ${volume}: PVC ${about.metadata.namespace}/${name} was not created for pod ${about.metadata.namespace}/${about.metadata.name} (pod is not owner)`,
});
