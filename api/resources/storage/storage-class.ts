import type { StorageClass } from "../../generated/storage.v1.ts";
import { checkImmutable, sortedMap } from "../../machinery/field-checks.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { DEPRECATED_NODE_LABELS } from "../core/deprecated-node-labels.ts";
import { nameColumn, withDefaultMark } from "../default-class-column.ts";
import { defineResource } from "../resource.ts";
import { validateStorageClass } from "./storage-class-validation.ts";

const DEFAULT_MARKS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const storageClass = defineResource<StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  scope: "Cluster",
  deleteReturnsObject: true,
  shortNames: ["sc"],
  defaults: (draft) => {
    draft.reclaimPolicy ??= "Delete";
    draft.volumeBindingMode ??= "Immediate";
  },
  validate: validateStorageClass,
  warnings: ({ allowedTopologies = [] }) =>
    allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
      matchLabelExpressions.flatMap(({ key }, j) => {
        const text = ownMember(DEPRECATED_NODE_LABELS, key);
        return text ? [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${text}`] : [];
      }),
    ),
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "parameters", sortedMap(next.parameters), old.parameters);
    checkImmutable(errors, "provisioner", next.provisioner, old.provisioner);
    checkImmutable(errors, "reclaimPolicy", next.reclaimPolicy, old.reclaimPolicy);
    checkImmutable(errors, "volumeBindingMode", next.volumeBindingMode, old.volumeBindingMode);
    return errors;
  },
  name: false,
  columns: [
    nameColumn((object) => withDefaultMark(object, DEFAULT_MARKS)),
    {
      name: "Provisioner",
      type: "string",
      description: { field: "storage.v1.StorageClass.provisioner" },
      of: ({ provisioner }) => provisioner,
    },
    {
      name: "ReclaimPolicy",
      type: "string",
      description: { field: "storage.v1.StorageClass.reclaimPolicy" },
      of: ({ reclaimPolicy }) => reclaimPolicy ?? "Delete",
    },
    {
      name: "VolumeBindingMode",
      type: "string",
      description: { field: "storage.v1.StorageClass.volumeBindingMode" },
      of: ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate",
    },
    {
      name: "AllowVolumeExpansion",
      type: "string",
      description: { field: "storage.v1.StorageClass.allowVolumeExpansion" },
      of: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
  ],
});
