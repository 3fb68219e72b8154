import type { Deployment } from "../../generated/apps.v1.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import {
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
} from "./deployment-validation.ts";
import { containersColumn, imagesColumn, selectorColumn } from "./pod-columns.ts";
import { defaultPodTemplate } from "./pod-template.ts";
import { replicasScale } from "./replicas-scale.ts";
import { workloadWarnings } from "./workload-warnings.ts";

export const deployment = defineResource<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  resets: { status: [["spec"], ["metadata", "labels"]] },
  shortNames: ["deploy"],
  categories: ["all"],
  generation: true,
  // Annotations matter for a rollback, so they raise the generation.
  generationOf: ({ spec, metadata }) => [spec, metadata.annotations],
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: ({ spec }) => {
    spec.replicas ??= 1;
    spec.strategy ??= {};
    spec.strategy.type ||= "RollingUpdate";
    if (spec.strategy.type === "RollingUpdate") {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= "25%";
      spec.strategy.rollingUpdate.maxSurge ??= "25%";
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    defaultPodTemplate(spec);
  },
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  status: {
    // Only labels, unlike for other kinds.
    prepareUpdate: ({ metadata }, { metadata: { labels } }) => {
      if (labels) metadata.labels = labels;
      else delete metadata.labels;
    },
    validateUpdate: validateDeploymentStatusUpdate,
  },
  scale: replicasScale,
  warnings: (object, old) => workloadWarnings(object, old, { template: object.spec.template }),
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      of: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    {
      name: "Up-to-date",
      type: "string",
      description: { field: "apps.v1.DeploymentStatus.updatedReplicas" },
      of: ({ status }) => status.updatedReplicas ?? 0,
    },
    {
      name: "Available",
      type: "string",
      description: { field: "apps.v1.DeploymentStatus.availableReplicas" },
      of: ({ status }) => status.availableReplicas ?? 0,
    },
    ageColumn,
    containersColumn(({ spec }) => spec.template),
    imagesColumn(({ spec }) => spec.template),
    selectorColumn(({ spec }) => spec.selector, { field: "apps.v1.DeploymentSpec.selector" }),
  ],
  age: false,
});
