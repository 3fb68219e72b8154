import type { StatefulSet } from "../../generated/apps.v1.ts";
import { nameIsLabel } from "../../machinery/names.ts";
import { claimSpecWarnings, defaultClaimSpec } from "../core/persistent-volume/persistent-volume-claim-spec.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { containersColumn, imagesColumn } from "./pod-columns.ts";
import { defaultPodTemplate } from "./pod-template.ts";
import { replicasScale } from "./replicas-scale.ts";
import {
  validateStatefulSetCreate,
  validateStatefulSetStatusUpdate,
  validateStatefulSetUpdate,
} from "./stateful-set-validation.ts";
import { workloadWarnings } from "./workload-warnings.ts";

export const statefulSet = defineResource<StatefulSet>({
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "changes"],
  validateName: nameIsLabel,
  shortNames: ["sts"],
  categories: ["all"],
  generation: true,
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: ({ spec }) => {
    spec.podManagementPolicy ||= "OrderedReady";
    spec.updateStrategy ??= {};
    if (!spec.updateStrategy.type) {
      spec.updateStrategy.type = "RollingUpdate";
      spec.updateStrategy.rollingUpdate ??= {};
    }
    if (spec.updateStrategy.type === "RollingUpdate" && spec.updateStrategy.rollingUpdate)
      spec.updateStrategy.rollingUpdate.partition ??= 0;
    spec.persistentVolumeClaimRetentionPolicy ??= {};
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.serviceName ??= "";
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = "v1";
      claim.kind = "PersistentVolumeClaim";
      claim.spec ??= {};
      defaultClaimSpec(claim.spec);
      claim.status ??= {};
      claim.status.phase ??= "Pending";
    }
    defaultPodTemplate(spec);
  },
  prepareCreate: (draft) => dropGated(draft, undefined),
  prepareUpdate: dropGated,
  validateCreate: validateStatefulSetCreate,
  validateUpdate: validateStatefulSetUpdate,
  status: { validateUpdate: validateStatefulSetStatusUpdate },
  scale: replicasScale,
  warnings: statefulSetWarnings,
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      of: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    ageColumn,
    containersColumn(({ spec }) => spec.template),
    imagesColumn(({ spec }) => spec.template),
  ],
  age: false,
});

/** maxUnavailable is behind a gate that is off in Kubernetes 1.36; stored values stay. */
function dropGated(draft: StatefulSet, old: StatefulSet | undefined): void {
  if (old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined) return;
  delete draft.spec.updateStrategy?.rollingUpdate?.maxUnavailable;
}

function statefulSetWarnings(object: StatefulSet, old?: StatefulSet): string[] {
  const { template, volumeClaimTemplates = [], revisionHistoryLimit = 0 } = object.spec;
  const warnings = workloadWarnings(object, old, { template });
  volumeClaimTemplates.forEach(({ spec = {} }, i) => {
    // Kubernetes uses the field's Go name on an update.
    warnings.push(...claimSpecWarnings(spec, `spec.volumeClaimTemplates[${i}]${old ? ".Spec" : ""}`));
  });
  if (revisionHistoryLimit < 0)
    warnings.push(
      "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
    );
  return warnings;
}
