/** pkg/apis/apps/validation: StatefulSet. */

import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from "../../generated/apps.v1.ts";
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import { checkNonNegative, sameValue } from "../../machinery/field-checks.ts";
import {
  type FieldError,
  forbidden,
  invalid,
  invalidTyped,
  notSupported,
  required,
} from "../../machinery/field-error.ts";
import { printedLabelSelector } from "../../machinery/labels-validation.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { validateClaimSpec } from "../core/persistent-volume/persistent-volume-claim-spec.ts";
import { validateTemplateMetadata } from "../core/pod/pod-template.ts";
import { checkPodTemplate } from "./pod-template.ts";
import { checkCollisionCount, checkReplicaCounts, checkSelector } from "./replicas-validation.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "./rolling-update.ts";
import { checkRunsForever, checkSelectorMatches } from "./workload-template.ts";

/** Neither the claim templates nor the service's name can change, so updates do not validate them. */
export const validateStatefulSetCreate = ({ spec }: StatefulSet): FieldError[] =>
  validateSpec(spec, {
    claims: (spec.volumeClaimTemplates ?? []).flatMap((claim, i) =>
      validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${i}].spec`),
    ),
    serviceName: dnsLabelErrors(spec.serviceName),
  });

const dnsLabelErrors = (name = ""): FieldError[] =>
  name === "" ? [] : dnsLabel(name).map((problem) => invalid("spec.serviceName", name, problem));

function validateSpec(
  spec: StatefulSetSpec,
  {
    claims,
    serviceName,
    old,
  }: { claims: readonly FieldError[]; serviceName: readonly FieldError[]; old?: StatefulSetSpec },
): FieldError[] {
  const errors: FieldError[] = [];
  checkPodManagement(errors, spec.podManagementPolicy);
  checkUpdateStrategy(errors, spec.updateStrategy ?? {});
  checkRetention(errors, "whenDeleted", spec.persistentVolumeClaimRetentionPolicy?.whenDeleted);
  checkRetention(errors, "whenScaled", spec.persistentVolumeClaimRetentionPolicy?.whenScaled);
  errors.push(...claims);
  checkNonNegative(errors, "spec.replicas", spec.replicas);
  checkNonNegative(errors, "spec.minReadySeconds", spec.minReadySeconds);
  checkNonNegative(errors, "spec.ordinals.start", spec.ordinals?.start);
  errors.push(...serviceName);
  const path = "spec.template";
  if (checkSelector(errors, spec.selector, "empty selector is invalid for statefulset")) {
    checkSelectorMatches(errors, path, spec.selector, spec.template);
    checkPodTemplate(errors, path, { template: asPodsAreMade(spec), old: old?.template });
    // Kubernetes reports what is wrong with them twice.
    errors.push(...validateTemplateMetadata(spec.template ?? {}, path));
  } else errors.push(invalid("spec.selector", printedLabelSelector(spec.selector), ""));
  checkRunsForever(errors, path, "StatefulSet", spec.template);
  return errors;
}

/**
 * The claims become volumes of the pods, so mounts may refer to them; hostname and subdomain are set by the controller,
 * whatever the template says.
 */
function asPodsAreMade({ template = {}, volumeClaimTemplates = [] }: Partial<StatefulSetSpec>): PodTemplateSpec {
  if (!template.spec) return template;
  const { hostname: _, subdomain: __, ...spec } = template.spec;
  if (volumeClaimTemplates.length === 0) return { ...template, spec };
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ""));
  const claimed = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const volumes = (spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...template, spec: { ...spec, volumes: [...claimed, ...volumes] } };
}

function checkPodManagement(errors: FieldError[], policy = ""): void {
  const path = "spec.podManagementPolicy";
  if (policy === "") errors.push(required(path));
  else if (policy !== "OrderedReady" && policy !== "Parallel")
    errors.push(invalidTyped(path, policy, "must be 'OrderedReady' or 'Parallel'"));
}

function checkUpdateStrategy(errors: FieldError[], { type = "", rollingUpdate }: StatefulSetUpdateStrategy): void {
  const path = "spec.updateStrategy";
  if (type === "") errors.push(required(path));
  else if (type === "OnDelete") {
    if (rollingUpdate)
      errors.push(
        invalid(
          `${path}.rollingUpdate`,
          printedRollingUpdate(rollingUpdate),
          "only allowed for updateStrategy 'RollingUpdate'",
        ),
      );
  } else if (type === "RollingUpdate") {
    if (rollingUpdate) checkRollingUpdate(errors, `${path}.rollingUpdate`, rollingUpdate);
  } else {
    const printed = { Type: type, RollingUpdate: rollingUpdate ? printedRollingUpdate(rollingUpdate) : null };
    errors.push(invalid(path, printed, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

type RollingUpdate = NonNullable<StatefulSetUpdateStrategy["rollingUpdate"]>;

/** Kubernetes prints its internal type here, whose fields have no JSON names. */
const printedRollingUpdate = ({
  partition = 0,
  maxUnavailable = null,
}: Omit<RollingUpdate, "maxUnavailable"> & { maxUnavailable?: number | string | null }) => ({
  Partition: partition,
  MaxUnavailable: maxUnavailable,
});

function checkRollingUpdate(errors: FieldError[], path: string, { partition, maxUnavailable }: RollingUpdate): void {
  checkNonNegative(errors, `${path}.partition`, partition);
  if (maxUnavailable === undefined) return;
  checkIntOrPercent(errors, `${path}.maxUnavailable`, maxUnavailable);
  if (isZero(maxUnavailable)) errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, "cannot be 0"));
  checkAtMostAll(errors, `${path}.maxUnavailable`, maxUnavailable);
}

function checkRetention(errors: FieldError[], field: "whenDeleted" | "whenScaled", policy: string | undefined): void {
  if (policy !== undefined && policy !== "Retain" && policy !== "Delete")
    errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy, ["Retain", "Delete"]));
}

const MUTABLE = {
  replicas: undefined,
  ordinals: undefined,
  template: undefined,
  updateStrategy: undefined,
  revisionHistoryLimit: undefined,
  persistentVolumeClaimRetentionPolicy: undefined,
  minReadySeconds: undefined,
};

export function validateStatefulSetUpdate({ spec }: StatefulSet, old: StatefulSet): FieldError[] {
  const errors = validateSpec(spec, { claims: [], serviceName: [], old: old.spec });
  if (sameValue({ ...spec, ...MUTABLE }, { ...old.spec, ...MUTABLE })) return errors;
  return [
    ...errors,
    forbidden(
      "spec",
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}

export function validateStatefulSetStatusUpdate({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  checkReplicaCounts(errors, status, [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
  ]);
  for (const name of ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] as const)
    if ((status[name] ?? 0) > status.replicas)
      errors.push(invalid(`status.${name}`, status[name] ?? 0, "cannot be greater than status.replicas"));
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    errors.push(
      invalid("status.availableReplicas", status.availableReplicas, "cannot be greater than status.readyReplicas"),
    );
  checkCollisionCount(errors, status.collisionCount, old.status.collisionCount);
  return errors;
}
