/** PersistentVolumeClaimResize: only bound claims can grow, and only if their class allows expansion. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const NOT_EXPANDABLE =
  "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";

export const persistentVolumeClaimResize = defineResourcePlugin({
  name: "PersistentVolumeClaimResize",
  resources: ["persistentvolumeclaims"],
  handles: ["UPDATE"],
  validate(request) {
    const { object: next, old: before, context } = request;
    const size = (claim: PersistentVolumeClaim) => claim.spec.resources?.requests?.storage;
    if (compareQuantities(size(next), size(before)) <= 0) return;
    if (before.status.phase !== "Bound") throw refusal(request, "Only bound persistent volume claims can be expanded");
    const found = context.policy.get("storageclasses.storage.k8s.io", "", storageClassOf(next));
    if (!found?.allowVolumeExpansion) throw refusal(request, NOT_EXPANDABLE);
  },
});
