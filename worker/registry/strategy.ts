/**
 * What every create and update goes through, whatever the kind: Kubernetes' generic registry
 * (apiserver/pkg/registry/rest BeforeCreate, BeforeUpdate), which calls the kind's own rules.
 */

import { sameValue } from "../../api/machinery/field-checks.ts";
import type { FieldError } from "../../api/machinery/field-error.ts";
import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import { copyJson } from "../../api/machinery/json/json-copy.ts";
import { membersOf } from "../../api/machinery/json/json-object.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { nameIsPathSegment } from "../../api/machinery/names.ts";
import { forgiveStoredAddresses } from "../../api/machinery/network/ip-validation.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "../../api/machinery/object-meta-validation.ts";
import { invalid } from "../../api/machinery/status.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { dropDisabledFields } from "../../api/resources/core/pod/disabled-fields.ts";
import type { Allocation, Resource, UpdateCheck } from "../../api/resources/resource.ts";
import { ApiError } from "../api-error.ts";
import { fewErrors } from "./error-count.ts";

/** What an update is checked by where the kind does not say otherwise. */
const ALL: readonly UpdateCheck[] = ["meta", "whole", "metaChanges", "changes"];

type WithParts = KubeObject & { spec?: unknown; status?: unknown };

/** Fields that a client cannot set on a new object are dropped before anything else, managedFields included. */
export function dropServerFields(draft: KubeObject): void {
  dropIdentity(draft);
  delete draft.metadata.deletionTimestamp;
  delete draft.metadata.deletionGracePeriodSeconds;
}

/** All that is dropped of an object that a PUT or an apply creates: one may be created as being deleted. */
export function dropIdentity({ metadata }: KubeObject): void {
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.selfLink;
}

/** Sets the identity of a new object, and lets the kind prepare it. */
export function prepareCreate(
  resource: Resource,
  draft: KubeObject,
  options: { uid: string; now: number; warnings?: string[] },
): void {
  const { metadata } = draft;
  metadata.uid = options.uid;
  metadata.creationTimestamp = timestamp(options.now);
  if (resource.generation) metadata.generation = 1;
  const { status } = resource;
  if (status && !status.settableOnCreate) resetStatus(draft);
  dropDisabled(resource, draft);
  resource.prepareCreate?.(draft, options.warnings);
}

function dropDisabled(resource: Resource, draft: KubeObject): void {
  const spec = resource.podSpec?.(draft);
  if (spec) dropDisabledFields(spec);
}

function resetStatus(draft: WithParts): void {
  if (draft.status !== undefined) draft.status = {};
}

/** `unauthorized`: fields that the sender has no right to write. */
export function validateCreate(resource: Resource, object: KubeObject, unauthorized: readonly FieldError[] = []): void {
  const errors = fewErrors(() => {
    const meta = validateObjectMeta(object.metadata, metaRules(resource));
    const whole = resource.validate?.(object) ?? [];
    const ofCreate = resource.validateCreate?.(object) ?? [];
    switch (placeOfMeta(resource)) {
      case "before":
        return [...unauthorized, ...meta, ...whole, ...ofCreate];
      case "between":
        return [...unauthorized, ...whole, ...meta, ...ofCreate];
      // The common rules are only applied to what is right otherwise.
      case "apart":
        return [...unauthorized, ...(whole.length + ofCreate.length === 0 ? meta : []), ...whole, ...ofCreate];
    }
  });
  refuse(resource, object, errors);
}

/** Where a kind checks metadata on a create, which is where it does on an update: "apart" if it does not. */
function placeOfMeta({ updateChecks = ALL }: Resource): "before" | "between" | "apart" {
  const place = updateChecks.findIndex((check) => check === "meta" || check === "metaChanges");
  if (place < 0) return "apart";
  const whole = updateChecks.indexOf("whole");
  return whole < 0 || place < whole ? "before" : "between";
}

/** Throws what is reported alone, ahead of validation. */
export function requireAllocatable(resource: Resource, object: KubeObject, setting: Allocation<KubeObject>): void {
  const refused = resource.unallocatable?.(object, setting);
  if (refused) throw new ApiError(refused);
}

/** Fields that only the server writes are kept, whatever the client sent. */
export function prepareUpdate(resource: Resource, draft: KubeObject, old: Stored<KubeObject>): void {
  retainServerFields(draft, old);
  if (resource.status) retainStatus(draft, old);
  dropDisabled(resource, draft);
  resource.prepareUpdate?.(draft, old);
  if (resource.generation && specChanged(resource, draft, old)) {
    draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
}

export function validateUpdate(resource: Resource, next: KubeObject, old: Stored<KubeObject>): readonly FieldError[] {
  const meta = metaErrors(resource, next, old);
  return forgiveStoredAddresses([...meta.common, ...ownUpdateErrors(resource, { next, old, meta })], old);
}

/** What is wrong with metadata by the common rules, and by those that kinds apply again. */
interface MetaErrors {
  readonly common: readonly FieldError[];
  readonly changes: readonly FieldError[];
  readonly whole: readonly FieldError[];
}

const NOTHING_WRONG: MetaErrors = { common: [], changes: [], whole: [] };

/** Errors are repeated as often as Kubernetes finds them, which is up to four times. */
function metaErrors(resource: Resource, next: KubeObject, old: Stored<KubeObject>): MetaErrors {
  const rules = metaRules(resource);
  const [meta, was] = [next.metadata, old.metadata];
  const changes = validateObjectMetaUpdate(meta, was, rules);
  // Everything else is covered by the validation above.
  const mayBeWrong = changes.length > 0 || meta.finalizers || meta.generateName !== was.generateName;
  const whole = mayBeWrong ? validateObjectMeta(meta, rules) : [];
  if (changes.length === 0 && whole.length === 0) return NOTHING_WRONG;
  const common = [
    // Here names only need to be valid path segments, and finalizers need no domain.
    ...validateObjectMeta(meta, { scope: resource.scope, validateName: nameIsPathSegment, anyFinalizer: true }),
    ...validateObjectMetaUpdate(meta, was, { anyFinalizer: true }),
  ];
  return { common, changes, whole };
}

interface Update {
  readonly next: KubeObject;
  readonly old: Stored<KubeObject>;
  readonly meta: MetaErrors;
}

function ownUpdateErrors(resource: Resource, { next, old, meta }: Update): readonly FieldError[] {
  const found: Record<UpdateCheck, () => readonly FieldError[]> = {
    meta: () => meta.whole,
    whole: () => resource.validate?.(next, old) ?? [],
    metaChanges: () => meta.changes,
    changes: () => resource.validateUpdate?.(next, old) ?? [],
  };
  return (resource.updateChecks ?? ALL).flatMap((check) => found[check]());
}

/**
 * For `/status`: everything but the status (and the metadata that a kind lets through) comes from the stored object.
 */
export function prepareStatusUpdate(resource: Resource, draft: KubeObject, old: Stored<KubeObject>): void {
  const { metadata } = draft;
  retainServerFields(draft, old);
  const status = (draft as WithParts).status;
  for (const key of Object.keys(draft)) {
    if (key !== "status" && key !== "metadata") delete membersOf(draft)[key];
  }
  const { status: _, metadata: __, ...rest } = copyJson(old) as WithParts;
  Object.assign(draft, rest);
  // Built-in kinds always have one; custom ones have what they are given.
  if (status === undefined && !resource.structuralSchema) (draft as WithParts).status = {};
  draft.metadata = metadata;
  retainMetadata(draft, old, resource.status?.retainsMetadata);
  resource.status?.prepareUpdate?.(draft, old);
}

export function validateStatusUpdate(
  resource: Resource,
  next: KubeObject,
  old: Stored<KubeObject>,
): readonly FieldError[] {
  const { status } = resource;
  const validates = status?.validatesMetadata ?? status?.validateUpdate !== undefined;
  const { common, changes } = metaErrors(resource, next, old);
  const errors = [...common, ...(validates ? changes : []), ...(status?.validateUpdate?.(next, old) ?? [])];
  return forgiveStoredAddresses(errors, old);
}

/** The metadata that clients may write through status; managedFields are updated by this very request. */
const CLIENT_METADATA = ["labels", "annotations", "finalizers", "ownerReferences"] as const;

function retainMetadata(
  draft: KubeObject,
  { metadata: old }: KubeObject,
  kept: NonNullable<Resource["status"]>["retainsMetadata"],
): void {
  const { metadata } = draft;
  if (kept === undefined) return;
  if (kept === "all") {
    const { managedFields } = metadata;
    draft.metadata = { ...copyJson(old), ...(managedFields ? { managedFields } : {}) };
    return;
  }
  if (kept === "mark" && old.deletionTimestamp === undefined) delete metadata.deletionTimestamp;
  for (const field of CLIENT_METADATA) {
    if (old[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: copyJson(old[field]) });
  }
}

export function retainServerFields(draft: KubeObject, old: Stored<KubeObject>): void {
  const { metadata } = draft;
  delete metadata.selfLink;
  metadata.uid ??= old.metadata.uid;
  metadata.creationTimestamp = old.metadata.creationTimestamp;
  if (old.metadata.generation === undefined) delete metadata.generation;
  else metadata.generation = old.metadata.generation;
  // An ongoing deletion is preserved; starting one is not up to a client, and refused by the rules for metadata.
  if (old.metadata.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.metadata.deletionTimestamp;
  if (old.metadata.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds ??= old.metadata.deletionGracePeriodSeconds;
}

function retainStatus(draft: WithParts, old: WithParts): void {
  if (old.status === undefined) delete draft.status;
  else draft.status = copyJson(old.status);
}

function specChanged(resource: Resource, next: WithParts, old: WithParts): boolean {
  const counted = resource.generationOf ?? (({ spec }: WithParts) => spec);
  const same = resource.emptyCounts || resource.structuralSchema ? deepEqual : sameValue;
  return !same(counted(next), counted(old));
}

export const metaRules = (resource: Resource) => ({
  scope: resource.scope,
  ...(resource.validateName ? { validateName: resource.validateName } : {}),
  ...(resource.anyFinalizer || resource.structuralSchema ? { anyFinalizer: true } : {}),
});

export function refuse(resource: Resource, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  // A custom object may state another kind, and is refused under that kind.
  throw new ApiError(invalid(resource.group, object.kind || resource.kind, object.metadata.name ?? "", errors));
}
