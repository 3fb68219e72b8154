import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "../../../generated/core.v1.ts";
import { sameValue } from "../../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { qualifiedName } from "../../../machinery/names.ts";
import { FIELD_IMMUTABLE } from "../../../machinery/object-meta-validation.ts";
import { compareQuantities, quantityOf, wholeUnits } from "../../../machinery/quantity.ts";
import { goDiff } from "../../go-diff.ts";
import { isNative, type ResourceList } from "../resource-list.ts";
import { validateClaimSpec } from "./persistent-volume-claim-spec.ts";
import { STORAGE_CLASS_ANNOTATION } from "./storage-class-name.ts";

const RESIZE_STATES: readonly string[] = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

export const validatePersistentVolumeClaim = (
  { spec }: PersistentVolumeClaim,
  old?: PersistentVolumeClaim,
): FieldError[] => validateClaimSpec(spec, "spec", old?.spec);

/**
 * In a claim's spec, only the size and the attributes class of a bound claim may change, and its volume and class once.
 */
export function validatePersistentVolumeClaimUpdate(
  next: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): FieldError[] {
  const errors: FieldError[] = [];
  const nextClass = next.metadata.annotations?.[STORAGE_CLASS_ANNOTATION];
  const oldClass = old.metadata.annotations?.[STORAGE_CLASS_ANNOTATION];
  if ((nextClass ?? "") !== (oldClass ?? "") && !(nextClass === undefined && next.spec.storageClassName === oldClass))
    errors.push(invalid(`metadata.annotations.${STORAGE_CLASS_ANNOTATION}`, nextClass ?? "", FIELD_IMMUTABLE));
  const after = { ...next.spec };
  const before = { ...old.spec };
  if (!old.spec.volumeName) put(before, "volumeName", after.volumeName);
  if (old.spec.storageClassName === undefined && (oldClass === undefined || oldClass === after.storageClassName))
    put(after, "storageClassName", undefined);
  if (next.status.phase === "Bound") {
    const storage = old.spec.resources?.requests?.storage;
    if (after.resources?.requests && storage !== undefined)
      after.resources = { ...after.resources, requests: { ...after.resources.requests, storage } };
    put(after, "volumeAttributesClassName", before.volumeAttributesClassName);
  }
  if (!sameValue(after, before))
    errors.push(
      forbidden(
        "spec",
        `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${goDiff("core.v1.PersistentVolumeClaimSpec", before, after)}`,
      ),
    );
  const size = next.spec.resources?.requests?.storage;
  const shrinks = compareQuantities(size, old.spec.resources?.requests?.storage) < 0;
  if (shrinks && compareQuantities(size, old.status.capacity?.storage) <= 0)
    errors.push(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
  if (next.spec.volumeMode !== old.spec.volumeMode)
    errors.push(invalid("volumeMode", next.spec.volumeMode ?? null, FIELD_IMMUTABLE));
  validateAttributesClass(next, old, errors);
  return errors;
}

function put<K extends keyof PersistentVolumeClaimSpec>(
  spec: PersistentVolumeClaimSpec,
  field: K,
  value: PersistentVolumeClaimSpec[K] | undefined,
): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}

/** Once a class has been applied, there must always be one. */
function validateAttributesClass(
  { spec: { volumeAttributesClassName: next } }: PersistentVolumeClaim,
  { spec: { volumeAttributesClassName: before }, status }: PersistentVolumeClaim,
  errors: FieldError[],
): void {
  if (next === before || status.currentVolumeAttributesClassName === undefined || next) return;
  const what = next === undefined ? "nil" : "empty string";
  const why = `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  errors.push(forbidden("spec.volumeAttributesClassName", why));
}

export function validatePersistentVolumeClaimStatus({ spec, status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.accessModes?.length) errors.push(required("Spec.accessModes"));
  validateBasic(status.capacity, "status.capacity", errors);
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    validateKey(name, "status.allocatedResourceStatuses", errors);
    if (!RESIZE_STATES.includes(state))
      errors.push(notSupported("status.allocatedResourceStatuses", name, RESIZE_STATES));
  }
  for (const name in status.allocatedResources) {
    const before = errors.length;
    validateKey(name, "status.allocatedResources", errors);
    if (errors.length > before) continue;
    validateBasic({ [name]: status.allocatedResources[name] ?? "0" }, "status.allocatedResources", errors);
  }
  return errors;
}

function validateBasic(list: ResourceList | undefined, path: string, errors: FieldError[]): void {
  for (const name in list) {
    const quantity = quantityOf(list[name]);
    if (quantity.nanos < 0n)
      errors.push(invalid(`${path}[${name}]`, Number(wholeUnits(quantity)), "must be a valid resource quantity"));
  }
}

function validateKey(name: string, path: string, errors: FieldError[]): void {
  const problems = qualifiedName(name);
  for (const problem of problems) errors.push(invalid(path, name, problem));
  if (problems.length === 0 && isNative(name) && name !== "storage") errors.push(notSupported(path, name, ["storage"]));
}
