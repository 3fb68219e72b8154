import type { PersistentVolume } from "../../generated/core.v1.ts";
import { canonicalQuantity } from "../../machinery/quantity.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { formatAccessModes } from "./cells.ts";
import { defaultPersistentVolume } from "./persistent-volume/persistent-volume-defaults.ts";
import {
  validatePersistentVolume,
  validatePersistentVolumeUpdate,
} from "./persistent-volume/persistent-volume-validation.ts";
import { storageClassOf } from "./persistent-volume/storage-class-name.ts";
import { volumeWarnings } from "./persistent-volume/storage-warnings.ts";

export const persistentVolume = defineResource<PersistentVolume>({
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  scope: "Cluster",
  deleteReturnsObject: true,
  shortNames: ["pv"],
  defaults: defaultPersistentVolume,
  prepareCreate: (draft) => {
    const { creationTimestamp } = draft.metadata;
    draft.status = { phase: "Pending", ...(creationTimestamp ? { lastPhaseTransitionTime: creationTimestamp } : {}) };
  },
  updateChecks: ["meta", "whole", "meta", "whole", "changes"],
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  warnings: volumeWarnings,
  status: { validatesMetadata: true },
  columns: [
    {
      name: "Capacity",
      type: "string",
      description: { field: "core.v1.PersistentVolumeSpec.capacity" },
      of: ({ spec }) => canonicalQuantity(spec.capacity?.storage ?? "0"),
    },
    {
      name: "Access Modes",
      type: "string",
      description: { field: "core.v1.PersistentVolumeSpec.accessModes" },
      of: ({ spec }) => formatAccessModes(spec.accessModes),
    },
    {
      name: "Reclaim Policy",
      type: "string",
      description: { field: "core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy" },
      of: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? "",
    },
    {
      name: "Status",
      type: "string",
      description: { field: "core.v1.PersistentVolumeStatus.phase" },
      of: ({ metadata, status }) => (metadata.deletionTimestamp ? "Terminating" : (status.phase ?? "")),
    },
    {
      name: "Claim",
      type: "string",
      description:
        "claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding",
      of: ({ spec }) => (spec.claimRef ? `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}` : ""),
    },
    { name: "StorageClass", type: "string", description: "StorageClass of the pv", of: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      description: "VolumeAttributesClass of the pv",
      of: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
    },
    {
      name: "Reason",
      type: "string",
      description: { field: "core.v1.PersistentVolumeStatus.reason" },
      of: ({ status }) => status.reason ?? "",
    },
    ageColumn,
    {
      name: "VolumeMode",
      type: "string",
      priority: 1,
      description: { field: "core.v1.PersistentVolumeSpec.volumeMode" },
      of: ({ spec }) => spec.volumeMode ?? "<unset>",
    },
  ],
  age: false,
});
