import type { PersistentVolumeClaim } from "../../generated/core.v1.ts";
import { canonicalQuantity } from "../../machinery/quantity.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { formatAccessModes } from "./cells.ts";
import { defaultClaimSpec, prepareClaimSource } from "./persistent-volume/persistent-volume-claim-spec.ts";
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatus,
  validatePersistentVolumeClaimUpdate,
} from "./persistent-volume/persistent-volume-claim-validation.ts";
import { storageClassOf } from "./persistent-volume/storage-class-name.ts";
import { claimWarnings } from "./persistent-volume/storage-warnings.ts";
import { roundResources } from "./resource-list.ts";

export const persistentVolumeClaim = defineResource<PersistentVolumeClaim>({
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta", "whole", "changes"],
  deleteReturnsObject: true,
  shortNames: ["pvc"],
  defaults: ({ spec, status }) => {
    defaultClaimSpec(spec);
    status.phase ??= "Pending";
    roundResources(status.capacity);
    roundResources(status.allocatedResources);
  },
  prepareCreate: (draft) => {
    draft.status = { phase: "Pending" };
    prepareClaimSource(draft.spec);
  },
  prepareUpdate: (draft, old) => prepareClaimSource(draft.spec, old.spec),
  validate: validatePersistentVolumeClaim,
  warnings: claimWarnings,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  status: { validateUpdate: validatePersistentVolumeClaimStatus },
  columns: [
    {
      name: "Status",
      type: "string",
      description: { field: "core.v1.PersistentVolumeClaimStatus.phase" },
      of: ({ metadata, status }) => (metadata.deletionTimestamp ? "Terminating" : (status.phase ?? "")),
    },
    {
      name: "Volume",
      type: "string",
      description: { field: "core.v1.PersistentVolumeClaimSpec.volumeName" },
      of: ({ spec }) => spec.volumeName ?? "",
    },
    {
      name: "Capacity",
      type: "string",
      description: { field: "core.v1.PersistentVolumeClaimStatus.capacity" },
      of: ({ spec, status }) => (spec.volumeName ? canonicalQuantity(status.capacity?.storage ?? "0") : ""),
    },
    {
      name: "Access Modes",
      type: "string",
      description: { field: "core.v1.PersistentVolumeClaimStatus.accessModes" },
      of: ({ spec, status }) => (spec.volumeName ? formatAccessModes(status.accessModes) : ""),
    },
    { name: "StorageClass", type: "string", description: "StorageClass of the pvc", of: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      description: "VolumeAttributesClass of the pvc",
      of: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
    },
    ageColumn,
    {
      name: "VolumeMode",
      type: "string",
      priority: 1,
      description: { field: "core.v1.PersistentVolumeClaimSpec.volumeMode" },
      of: ({ spec }) => spec.volumeMode ?? "<unset>",
    },
  ],
  age: false,
});
