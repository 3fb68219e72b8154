/** Reports who expands a claim's volume: the resizer of its CSI driver, which is not part of the control plane. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";

const CLAIMS = "persistentvolumeclaims";
const VOLUMES = "persistentvolumes";
const requested = (claim: KubeObject) => (claim as Stored<PersistentVolumeClaim>).spec.resources?.requests?.storage;

export const volumeExpansion = defineController({
  name: "expand-controller",
  component: "volume_expand",
  reads: [CLAIMS, VOLUMES],
  writes: [],
  // Once each time that a claim requests more.
  itemsOf: ({ resource, object, previous, deleted }) =>
    resource === CLAIMS && !deleted && previous && compareQuantities(requested(object), requested(previous)) > 0
      ? [itemKey(object)]
      : [],
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const claim = snapshot.get(CLAIMS, namespace, name);
    const volume = claim && snapshot.get(VOLUMES, "", claim.spec.volumeName ?? "");
    if (!volume || volume.spec.claimRef?.uid !== claim.metadata.uid) return settled;
    if (compareQuantities(requested(claim), claim.status.capacity?.storage) <= 0) return settled;
    const message = "waiting for an external controller to expand this PVC";
    return { effects: [], events: [{ about: claim, type: "Normal", reason: "ExternalExpanding", message }] };
  },
});
