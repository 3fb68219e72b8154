/** Server-side apply: `application/apply-patch+yaml`. Rules: docs/spec/apply.md. */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { deepEqual } from "../json/deep-equal.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { parseApiVersion } from "../meta.ts";
import { badRequest, internalError, type PatchFailure } from "../patch/patch-result.ts";
import { compareTyped } from "./compare.ts";
import { conflictFailure } from "./conflict.ts";
import { difference, isEmptySet } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import { lastAppliedFields, withLastApplied } from "./last-applied.ts";
import { UnnamedItem } from "./list-item.ts";
import { mergeTyped } from "./merge-typed.ts";
import { type Owner, ownerKey, parseOwners, renderOwners } from "./owner.ts";
import {
  comparable,
  conflictsOf,
  Differences,
  type KindAtVersion,
  ownersAfter,
  reconcileOwners,
  SERVER_FIELDS,
} from "./ownership.ts";
import { prune } from "./prune.ts";
import { trackUpdate } from "./track-update.ts";
import { typeErrors } from "./validate-typed.ts";

export interface Apply {
  /** The stored object; undefined if the apply creates it. */
  readonly live: JsonObject | undefined;
  /** The parsed body. */
  readonly applied: JsonObject;
  readonly kind: KindAtVersion & { readonly kindName: string };
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  /** RFC 3339 with seconds. */
  readonly now: string;
}

/**
 * The object to store, with its managedFields set, and not yet defaulted; `changed` says whether any value differs from
 * the live object.
 */
export type ApplyResult = { readonly ok: true; readonly object: JsonObject; readonly changed: boolean } | PatchFailure;

export function applyPatch(apply: Apply): ApplyResult {
  const { live, kind } = apply;
  try {
    // For an object without managers, its fields and with them the names of its list items are computed first.
    if (live && managersOf(live).length === 0) fieldSetOf(comparable(live), kind.view);
    return bodyProblem(apply) ?? mergeApplied(apply);
  } catch (unnamed) {
    if (unnamed instanceof UnnamedItem) return liveProblem(apply);
    throw unnamed;
  }
}

/** A stored object may be such that nothing can be merged into it. */
function liveProblem({ live = {}, kind }: Apply): PatchFailure {
  const problems = typeErrors(comparable(live), kind.view);
  return internalError(
    `failed to create manager for existing fields: failed to convert new object (${namesOf(live)}; ${printKind(kind.apiVersion, kind.kindName)}) to smd typed: ${problems}`,
  );
}

const managersOf = ({ metadata }: JsonObject): readonly ManagedFieldsEntry[] =>
  isJsonObject(metadata) && Array.isArray(metadata.managedFields) ? metadata.managedFields : [];

function mergeApplied(apply: Apply): ApplyResult {
  const { live, applied, kind, manager, subresource, now } = apply;
  const old = live ?? {};
  const owners = ownersBefore(apply);
  if (!owners) return internalError("failed to decode managed fields");
  reconcileOwners(owners, kind);
  const self = { manager, operation: "Apply", apiVersion: kind.apiVersion, subresource } as const;
  const key = ownerKey(self);
  const last = owners.get(key);
  const set = kind.ownable(fieldSetOf(applied, kind.view));
  owners.set(key, { ...self, set, ...(last?.time ? { time: last.time } : {}) });

  const merged = prune(mergeTyped(old, applied, kind.view) as JsonObject, { last, self: key }, owners, kind);
  const differences = new Differences({ old, next: merged }, kind, compareTyped);
  const refused = refusedConflicts(apply, { owners, differences, key });
  if (refused) return refused;

  const after = ownersAfter(owners, differences, key);
  const changed = !live || !deepEqual(comparable(old), comparable(merged));
  const mine = after.get(key);
  const owned = mine ? difference(mine.set, SERVER_FIELDS) : {};
  after.delete(key);
  if (mine && !isEmptySet(owned)) after.set(key, { ...mine, set: owned, ...(changed ? { time: now } : {}) });
  const object = manager === "kubectl" ? withLastApplied(merged, applied) : merged;
  const { managedFields: _, ...metadata } = isJsonObject(object.metadata) ? object.metadata : {};
  const managedFields = renderOwners(after);
  return {
    ok: true,
    object: { ...object, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } },
    changed,
  };
}

function bodyProblem({ applied, kind }: Apply): PatchFailure | undefined {
  const apiVersion = typeof applied.apiVersion === "string" ? applied.apiVersion : "";
  const name = typeof applied.kind === "string" ? applied.kind : "";
  if (apiVersion !== kind.apiVersion || name !== kind.kindName)
    return badRequest(`invalid object type: ${printKind(apiVersion, name)}`);
  const meta = isJsonObject(applied.metadata) ? applied.metadata : {};
  if (meta.managedFields !== undefined && meta.managedFields !== null)
    return badRequest("metadata.managedFields must be nil");
  const problems = typeErrors(applied, kind.view);
  if (problems === "") return undefined;
  return internalError(
    `failed to create typed patch object (${namesOf(applied)}; ${printKind(apiVersion, name)}): ${problems}`,
  );
}

function namesOf({ metadata }: JsonObject): string {
  const { namespace, name } = isJsonObject(metadata) ? metadata : {};
  return [namespace, name].map((each) => (typeof each === "string" ? each : "")).join("/");
}

/** Go's GroupVersionKind: `/v1, Kind=ConfigMap`. */
function printKind(apiVersion: string, kind: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `${group}/${version}, Kind=${kind}`;
}

/** The first apply to an untracked object assigns existing fields to a manager of their own. */
function ownersBefore({ live, kind, subresource, now }: Apply): Map<string, Owner> | undefined {
  if (!live) return new Map();
  const stored = managersOf(live);
  if (stored.length > 0) return parseOwners(stored);
  const next = { ...live, metadata: { ...(live.metadata as JsonObject), managedFields: undefined } };
  return parseOwners(trackUpdate({ old: undefined, next, kind, manager: "before-first-apply", subresource, now }));
}

function refusedConflicts(
  { live, kind, manager, force }: Apply,
  { owners, differences, key }: { owners: Map<string, Owner>; differences: Differences; key: string },
): PatchFailure | undefined {
  if (force) return undefined;
  const conflicts = conflictsOf(owners, differences, key);
  if (conflicts.size === 0) return undefined;
  if (manager !== "kubectl" || !live) return conflictFailure(conflicts, owners);
  const allowed = lastAppliedFields(live, kind);
  for (const [other, set] of conflicts) {
    const rest = difference(set, allowed);
    if (isEmptySet(rest)) conflicts.delete(other);
    else conflicts.set(other, rest);
  }
  return conflicts.size > 0 ? conflictFailure(conflicts, owners) : undefined;
}
