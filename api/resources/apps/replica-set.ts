import type { ReplicaSet } from "../../generated/apps.v1.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { checkImmutableSelector } from "../../machinery/labels-validation.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { containersColumn, imagesColumn, selectorColumn } from "./pod-columns.ts";
import { defaultPodTemplate } from "./pod-template.ts";
import { replicasScale } from "./replicas-scale.ts";
import { checkPartsOfReplicas, checkReplicaCounts, checkReplicasTemplate } from "./replicas-validation.ts";
import { workloadWarnings } from "./workload-warnings.ts";

export const replicaSet = defineResource<ReplicaSet>({
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  shortNames: ["rs"],
  categories: ["all"],
  generation: true,
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: ({ spec }) => {
    spec.replicas ??= 1;
    defaultPodTemplate(spec);
  },
  validate: validateReplicaSet,
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutableSelector(errors, "spec.selector", { next: next.spec.selector, old: old.spec.selector });
    return errors;
  },
  status: { validateUpdate: validateStatus },
  scale: replicasScale,
  warnings: (object, old) => workloadWarnings(object, old, { template: object.spec.template }),
  columns: [
    {
      name: "Desired",
      type: "integer",
      description: { field: "apps.v1.ReplicaSetSpec.replicas" },
      of: ({ spec }) => spec.replicas ?? 0,
    },
    {
      name: "Current",
      type: "integer",
      description: { field: "apps.v1.ReplicaSetStatus.replicas" },
      of: ({ status }) => status.replicas ?? 0,
    },
    {
      name: "Ready",
      type: "integer",
      description: { field: "apps.v1.ReplicaSetStatus.readyReplicas" },
      of: ({ status }) => status.readyReplicas ?? 0,
    },
    ageColumn,
    containersColumn(({ spec }) => spec.template ?? {}),
    imagesColumn(({ spec }) => spec.template ?? {}),
    selectorColumn(({ spec }) => spec.selector, { field: "apps.v1.ReplicaSetSpec.selector" }),
  ],
  age: false,
});

function validateReplicaSet({ spec }: ReplicaSet, old?: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, "spec.replicas", spec.replicas);
  checkNonNegative(errors, "spec.minReadySeconds", spec.minReadySeconds);
  checkReplicasTemplate(errors, spec, old?.spec);
  return errors;
}

function validateStatus({ status }: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkReplicaCounts(errors, status, [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "terminatingReplicas",
    "observedGeneration",
  ]);
  checkPartsOfReplicas(errors, status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]);
  return errors;
}
