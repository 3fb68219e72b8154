import type { ReplicationController } from "../../generated/core.v1.ts";
import { sortedMap } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, required } from "../../machinery/field-error.ts";
import { createdNameIsLong } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { containerImages, containerNames, formatLabels } from "./cells.ts";
import { defaultPodSpec, podNameWarnings, podWarnings, validatePodTemplateSpec } from "./pod/pod-template.ts";

const NOT_NEGATIVE = "must be greater than or equal to 0";

function labelAsTemplate({ metadata, spec }: Pick<ReplicationController, "metadata" | "spec">): void {
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

export const replicationController = defineResource<ReplicationController>({
  group: "",
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  validateName: createdNameIsLong,
  shortNames: ["rc"],
  categories: ["all"],
  generation: true,
  defaultPropagation: "Orphan",
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: (draft) => {
    const { spec, metadata } = draft;
    spec.replicas ??= 1;
    if (!spec.template) return;
    if (spec.template.spec) defaultPodSpec(spec.template.spec);
    const labels = spec.template.metadata?.labels;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    labelAsTemplate({ metadata, spec });
  },
  prepareCreate: (draft) => {
    draft.status = { replicas: 0 };
  },
  validate,
  // Kubernetes applies defaults again when it reads.
  status: { prepareUpdate: labelAsTemplate, validateUpdate: validateStatus },
  scale: {
    replicasPath: ["spec", "replicas"],
    specReplicas: ({ spec }) => spec.replicas ?? 1,
    statusReplicas: ({ status }) => status.replicas,
    selector: ({ spec }) =>
      Object.keys(spec.selector ?? {})
        .sort()
        .map((key) => `${key}=${spec.selector?.[key]}`)
        .join(","),
    setReplicas: (draft, replicas) => {
      draft.spec.replicas = replicas;
    },
  },
  // Kubernetes 1.36 warns of the template that an update replaces.
  warnings: ({ metadata, spec }, old) => {
    if (old && metadata.generation === old.metadata.generation) return [];
    const { template } = old?.spec ?? spec;
    return [...(old ? [] : podNameWarnings(metadata)), ...(template ? podWarnings(template, "spec.template") : [])];
  },
  fields: { "status.replicas": ({ status }) => String(status.replicas) },
  columns: [
    {
      name: "Desired",
      type: "integer",
      description: { field: "core.v1.ReplicationControllerSpec.replicas" },
      of: ({ spec }) => spec.replicas ?? 0,
    },
    {
      name: "Current",
      type: "integer",
      description: { field: "core.v1.ReplicationControllerStatus.replicas" },
      of: ({ status }) => status.replicas,
    },
    {
      name: "Ready",
      type: "integer",
      description: { field: "core.v1.ReplicationControllerStatus.readyReplicas" },
      of: ({ status }) => status.readyReplicas ?? 0,
    },
    ageColumn,
    {
      name: "Containers",
      type: "string",
      priority: 1,
      description: "Names of each container in the template.",
      of: ({ spec }) => containerNames(spec.template),
    },
    {
      name: "Images",
      type: "string",
      priority: 1,
      description: "Images referenced by each container in the template.",
      of: ({ spec }) => containerImages(spec.template),
    },
    {
      name: "Selector",
      type: "string",
      priority: 1,
      description: { field: "core.v1.ReplicationControllerSpec.selector" },
      of: ({ spec }) => formatLabels(spec.selector),
    },
  ],
  age: false,
});

function validate({ spec }: ReplicationController, old?: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.minReadySeconds ?? 0) < 0) errors.push(invalid("spec.minReadySeconds", spec.minReadySeconds, NOT_NEGATIVE));
  const { selector = {}, template, replicas = 1 } = spec;
  if (Object.keys(selector).length === 0) errors.push(required("spec.selector"));
  if (replicas < 0) errors.push(invalid("spec.replicas", replicas, NOT_NEGATIVE));
  if (!template) return [...errors, required("spec.template")];
  const labels = template.metadata?.labels;
  if (Object.keys(selector).some((key) => labels?.[key] !== selector[key]))
    errors.push(
      invalid("spec.template.metadata.labels", sortedMap(labels), "`selector` does not match template `labels`"),
    );
  errors.push(
    ...validatePodTemplateSpec(template, "spec.template", {
      restartPolicies: ["Always"],
      old: old?.spec.template?.spec,
    }),
  );
  if (template.spec?.activeDeadlineSeconds !== undefined)
    errors.push(
      forbidden(
        "spec.template.spec.activeDeadlineSeconds",
        "activeDeadlineSeconds in ReplicationController is not Supported",
      ),
    );
  return errors;
}

function validateStatus({ status }: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  const { replicas = 0 } = status;
  for (const field of [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
  ] as const)
    if ((status[field] ?? 0) < 0) errors.push(invalid(`status.${field}`, status[field], NOT_NEGATIVE));
  for (const field of ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const)
    if ((status[field] ?? 0) > replicas)
      errors.push(invalid(`status.${field}`, status[field] ?? 0, "cannot be greater than status.replicas"));
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    errors.push(
      invalid("status.availableReplicas", status.availableReplicas ?? 0, "cannot be greater than readyReplicas"),
    );
  return errors;
}
