/** Validation of metadata, shared by all kinds (k8s.io/apimachinery/pkg/api/validation, objectmeta.go). */
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from "../generated/meta.v1.ts";
import { utf8Length } from "./encoding/utf8.ts";
import { type FieldError, forbidden, goQuote, invalid, required, tooLong } from "./field-error.ts";
import { validateAnnotations, validateLabels } from "./labels-validation.ts";
import { dnsLabel, nameIsSubdomain, qualifiedName, type ValidateName } from "./names.ts";

export const FIELD_IMMUTABLE = "field is immutable";
const MAX_MANAGER_BYTES = 128;
const MAX_SUBRESOURCE_BYTES = 256;

export interface ObjectMetaOptions {
  readonly scope: "Namespaced" | "Cluster";
  /** Default: a DNS subdomain. */
  readonly validateName?: ValidateName;
  /** Default: `metadata`. */
  readonly path?: string;
  /** Custom resources may have finalizers without a domain; built-in kinds only Kubernetes' own. */
  readonly anyFinalizer?: boolean;
}

/** For a new object, after its name was generated and its namespace filled in from the URL. */
export function validateObjectMeta(
  meta: ObjectMeta,
  { scope, validateName = nameIsSubdomain, path = "metadata", anyFinalizer = false }: ObjectMetaOptions,
): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName)
    for (const problem of validateName(meta.generateName, "generateName"))
      errors.push(invalid(`${path}.generateName`, meta.generateName, problem));
  if (!meta.name) errors.push(required(`${path}.name`, "name or generateName is required"));
  else for (const problem of validateName(meta.name, "name")) errors.push(invalid(`${path}.name`, meta.name, problem));
  validateNamespace(meta.namespace, scope, { path, errors });
  if ((meta.generation ?? 0) < 0)
    errors.push(invalid(`${path}.generation`, meta.generation, "must be greater than or equal to 0"));
  if (meta.labels) errors.push(...validateLabels(meta.labels, `${path}.labels`));
  if (meta.annotations) errors.push(...validateAnnotations(meta.annotations, `${path}.annotations`));
  if (meta.ownerReferences) errors.push(...validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`));
  if (meta.finalizers) errors.push(...validateFinalizers(meta.finalizers, `${path}.finalizers`));
  if (meta.managedFields) errors.push(...validateManagedFields(meta.managedFields, `${path}.managedFields`));
  if (meta.finalizers && !anyFinalizer) errors.push(...unqualifiedFinalizers(meta.finalizers, `${path}.finalizers`));
  return errors;
}

/**
 * For an update, after what it may omit (resourceVersion, uid, timestamps) was filled in from the old object.
 * Finalizers are not validated again, as in Kubernetes, except on objects being deleted.
 */
export function validateObjectMetaUpdate(
  next: ObjectMeta,
  old: ObjectMeta,
  { path = "metadata", anyFinalizer = false }: Pick<ObjectMetaOptions, "path" | "anyFinalizer"> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) errors.push(...newFinalizers(next.finalizers, old.finalizers, `${path}.finalizers`));
  if ((next.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalid(`${path}.generation`, next.generation ?? 0, "must not be decremented"));
  for (const field of ["name", "namespace", "uid"] as const)
    if ((next[field] ?? "") !== (old[field] ?? ""))
      errors.push(invalid(`${path}.${field}`, next[field] ?? "", FIELD_IMMUTABLE));
  for (const field of ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const)
    if (next[field] !== old[field]) errors.push(invalid(`${path}.${field}`, next[field], FIELD_IMMUTABLE));
  if (next.labels) errors.push(...validateLabels(next.labels, `${path}.labels`));
  if (next.annotations) errors.push(...validateAnnotations(next.annotations, `${path}.annotations`));
  if (next.ownerReferences) errors.push(...validateOwnerReferences(next.ownerReferences, `${path}.ownerReferences`));
  if (next.managedFields) errors.push(...validateManagedFields(next.managedFields, `${path}.managedFields`));
  if (next.finalizers && !anyFinalizer) errors.push(...unqualifiedFinalizers(next.finalizers, `${path}.finalizers`));
  return errors;
}

function validateNamespace(
  namespace: string | undefined,
  scope: "Namespaced" | "Cluster",
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  if (scope === "Cluster") {
    if (namespace) errors.push(forbidden(`${path}.namespace`, "not allowed on this type"));
  } else if (!namespace) errors.push(required(`${path}.namespace`));
  else for (const problem of dnsLabel(namespace)) errors.push(invalid(`${path}.namespace`, namespace, problem));
}

/** Kubernetes 1.36 uses the path of the list, not of the entry. */
function validateOwnerReferences(references: readonly OwnerReference[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references) {
    const { apiVersion, kind, name, uid } = reference;
    if (!/^([^/]*\/)?[^/]+$/.test(apiVersion ?? ""))
      errors.push(invalid(`${path}.apiVersion`, apiVersion ?? "", "version must not be empty"));
    if (!kind) errors.push(invalid(`${path}.kind`, "", "must not be empty"));
    if (!name) errors.push(invalid(`${path}.name`, "", "must not be empty"));
    if (!uid) errors.push(invalid(`${path}.uid`, "", "must not be empty"));
    if (apiVersion === "v1" && kind === "Event")
      errors.push(invalid(path, printed(reference), "/v1, Kind=Event is disallowed from being an owner"));
    if (!reference.controller) continue;
    const owner = `${kind}/${name}`;
    if (controller === undefined) controller = owner;
    else
      errors.push(
        invalid(
          path,
          references.map(printed),
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner}`,
        ),
      );
  }
  return errors;
}

/** In the order of Go's fields. */
const printed = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller,
  blockOwnerDeletion,
});

function validateFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const errors = finalizers.flatMap((finalizer) =>
    qualifiedName(finalizer).map((problem) => invalid(path, finalizer, problem)),
  );
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion"))
    errors.push(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  return errors;
}

const STANDARD_FINALIZERS: readonly string[] = ["kubernetes", "foregroundDeletion", "orphan"];

function unqualifiedFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  finalizers.forEach((finalizer, i) => {
    if (!finalizer.includes("/") && !STANDARD_FINALIZERS.includes(finalizer))
      errors.push(
        invalid(`${path}[${i}]`, finalizer, "name is neither a standard finalizer name nor is it fully qualified"),
      );
  });
  return errors;
}

function newFinalizers(next: readonly string[] = [], old: readonly string[] = [], path: string): FieldError[] {
  const added = [...new Set(next.filter((finalizer) => !old.includes(finalizer)))].sort();
  if (added.length === 0) return [];
  // As Go prints a slice of strings with %#v.
  const printed = `[]string{${added.map(goQuote).join(", ")}}`;
  return [
    forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${printed}`),
  ];
}

function validateManagedFields(entries: readonly ManagedFieldsEntry[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  entries.forEach(({ operation, fieldsType, manager, subresource }, i) => {
    if (operation !== "Apply" && operation !== "Update")
      errors.push(invalid(`${path}[${i}].operation`, operation ?? "", "must be `Apply` or `Update`"));
    if (fieldsType && fieldsType !== "FieldsV1")
      errors.push(invalid(`${path}[${i}].fieldsType`, fieldsType, "must be `FieldsV1`"));
    if (manager) errors.push(...validateFieldManager(manager, `${path}[${i}].manager`));
    if (subresource && utf8Length(subresource) > MAX_SUBRESOURCE_BYTES)
      errors.push(tooLong(`${path}[${i}].subresource`, MAX_SUBRESOURCE_BYTES));
  });
  return errors;
}

/** A field manager's name, including the `fieldManager` parameter. Positions are in bytes. */
function validateFieldManager(manager: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (utf8Length(manager) > MAX_MANAGER_BYTES) errors.push(tooLong(path, MAX_MANAGER_BYTES));
  let position = 0;
  for (const character of manager) {
    if (character !== " " && /[\p{C}\p{Z}]/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += utf8Length(character);
  }
  return errors;
}
