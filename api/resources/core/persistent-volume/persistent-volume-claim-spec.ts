/** The spec of claims, which also occurs in templates of pods and stateful sets. */
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedLocalObjectReference,
  TypedObjectReference,
} from "../../../generated/core.v1.ts";
import {
  type FieldError,
  forbidden,
  goQuote,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { validateLabelSelector } from "../../../machinery/labels-validation.ts";
import { dnsLabel, dnsSubdomain } from "../../../machinery/names.ts";
import { canonicalQuantity, isWhole, quantityOf, signOfQuantity } from "../../../machinery/quantity.ts";
import { roundResources } from "../resource-list.ts";
import { validateTemplateMeta } from "../template-meta-validation.ts";

const ACCESS_MODES: readonly string[] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
export const VOLUME_MODES: readonly string[] = ["Block", "Filesystem"];

export function defaultClaimSpec(spec: PersistentVolumeClaimSpec | undefined): void {
  if (!spec) return;
  spec.volumeMode ??= "Filesystem";
  roundResources(spec.resources?.limits);
  roundResources(spec.resources?.requests);
}

/**
 * A claim's data source, as set by Kubernetes' strategy for claims (not for claim templates). Cross-namespace sources
 * are behind a gate that is off in Kubernetes 1.36; the older field only supports claims and snapshots, and silently
 * drops everything else; then either field fills in the other.
 */
export function prepareClaimSource(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  if (!old?.dataSource && !old?.dataSourceRef && !spec.dataSourceRef && !isClaimOrSnapshot(spec.dataSource))
    delete spec.dataSource;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _, ...local } = dataSourceRef;
    spec.dataSource = local;
  }
}

const isClaimOrSnapshot = ({ kind, apiGroup = "" }: Partial<TypedLocalObjectReference> = {}): boolean =>
  (kind === "PersistentVolumeClaim" && apiGroup === "") ||
  (kind === "VolumeSnapshot" && apiGroup === "snapshot.storage.k8s.io");

export const validateClaimTemplate = (
  { metadata, spec = {} }: PersistentVolumeClaimTemplate,
  path: string,
): FieldError[] => [...validateTemplateMeta(metadata, `${path}.metadata`), ...validateClaimSpec(spec, `${path}.spec`)];

/** Where `old` has a source of some API group, Kubernetes takes any text for one. */
export function validateClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: string,
  old?: PersistentVolumeClaimSpec,
): FieldError[] {
  const errors: FieldError[] = [];
  const anyGroup = [old?.dataSource, old?.dataSourceRef].some((source) => source?.apiGroup !== undefined);
  const { accessModes = [], resources, storageClassName, volumeMode, volumeAttributesClassName } = spec;
  if (accessModes.length === 0) errors.push(required(`${path}.accessModes`, "at least 1 access mode is required"));
  errors.push(...validateLabelSelector(spec.selector, `${path}.selector`));
  validateAccessModes(accessModes, `${path}.accessModes`, errors);
  const storage = resources?.requests?.storage;
  const storagePath = `${path}.resources[storage]`;
  if (storage === undefined) errors.push(required(storagePath));
  else if (signOfQuantity(storage) <= 0)
    errors.push(invalid(storagePath, canonicalQuantity(storage), "must be greater than zero"));
  if (storageClassName)
    for (const problem of dnsSubdomain(storageClassName))
      errors.push(invalid(`${path}.storageClassName`, storageClassName, problem));
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported(`${path}.volumeMode`, volumeMode, VOLUME_MODES));
  if (spec.dataSource) validateSource(spec.dataSource, `${path}.dataSource`, { anyGroup, errors });
  if (spec.dataSourceRef) validateSource(spec.dataSourceRef, `${path}.dataSourceRef`, { anyGroup, errors });
  validateBothSources(spec, path, errors);
  if (volumeAttributesClassName)
    for (const problem of dnsSubdomain(volumeAttributesClassName))
      errors.push(invalid(`${path}.volumeAttributesClassName`, volumeAttributesClassName, problem));
  return errors;
}

export function validateAccessModes(modes: readonly string[], path: string, errors: FieldError[]): void {
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode));
  if (modes.includes("ReadWriteOncePod") && others)
    errors.push(forbidden(path, "may not use ReadWriteOncePod with other access modes"));
}

function validateSource(
  source: TypedLocalObjectReference | TypedObjectReference,
  path: string,
  { anyGroup, errors }: { readonly anyGroup: boolean; readonly errors: FieldError[] },
): void {
  const { name, kind = "", apiGroup = "" } = source;
  if (!name) errors.push(required(`${path}.name`));
  if (!kind) errors.push(required(`${path}.kind`));
  if (!apiGroup && kind !== "PersistentVolumeClaim")
    errors.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (apiGroup && !anyGroup)
    for (const problem of dnsSubdomain(apiGroup)) errors.push(invalid(`${path}.apiGroup`, apiGroup, problem));
  if ("namespace" in source && source.namespace)
    for (const problem of dnsLabel(source.namespace))
      errors.push(invalid(`${path}.namespace`, source.namespace, problem));
}

function validateBothSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  path: string,
  errors: FieldError[],
) {
  if (!dataSource || !dataSourceRef) return;
  // Kubernetes prints the path object, which has no exported fields.
  if (dataSourceRef.namespace)
    errors.push(invalid(path, {}, "may not be specified when dataSourceRef.namespace is specified"));
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  )
    errors.push(invalid(path, {}, "must match dataSourceRef"));
}

export function claimSpecWarnings({ resources }: PersistentVolumeClaimSpec, path: string): string[] {
  return (["requests", "limits"] as const).flatMap((kind) => {
    const storage = resources?.[kind]?.storage;
    return storage === undefined || isWhole(quantityOf(storage))
      ? []
      : [
          `${path}.resources.${kind}[storage]: fractional byte value ${goQuote(canonicalQuantity(storage))} is invalid, must be an integer`,
        ];
  });
}
