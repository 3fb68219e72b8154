/** PersistentVolumeClaimResize: only bound claims can grow, and only if their class allows expansion. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import type { AdmissionPlugin } from "../plugin.ts";
import { refusal } from "../refusal.ts";

const NOT_EXPANDABLE =
  "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: "PersistentVolumeClaimResize",
  handles: ({ operation, subresource, context: { served } }) =>
    operation === "UPDATE" &&
    subresource === "" &&
    served.group === "" &&
    served.resource.plural === "persistentvolumeclaims",
  validate(request) {
    const { object, old, context } = request;
    const next = object as PersistentVolumeClaim;
    const before = old as PersistentVolumeClaim;
    const size = (claim: PersistentVolumeClaim) => claim.spec.resources?.requests?.storage;
    if (compareQuantities(size(next), size(before)) <= 0) return;
    if (before.status.phase !== "Bound") throw refusal(request, "Only bound persistent volume claims can be expanded");
    const found = context.policy.get<StorageClass>("storageclasses.storage.k8s.io", "", storageClassOf(next));
    if (!found?.allowVolumeExpansion) throw refusal(request, NOT_EXPANDABLE);
  },
};
