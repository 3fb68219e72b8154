/** Takes away what an applier applied before and now does not, unless somebody else owns it. */
import type { JsonObject } from "../json/json-object.ts";
import { difference, EMPTY, type FieldSet, intersection, isEmptySet, union } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import type { Owner, Owners } from "./owner.ts";
import { type KindAtVersion, type VersionedType, versionOf } from "./ownership.ts";
import { removeFields, withNamedParents } from "./remove-fields.ts";

/** `last` is what the applier owned before, `owners` hold what it owns now: itself by `self`. */
export function prune(
  merged: JsonObject,
  { last, self }: { readonly last: Owner | undefined; readonly self: string },
  owners: Owners,
  kind: KindAtVersion,
): JsonObject {
  const version = last && !isEmptySet(last.set) ? versionOf(kind, last.apiVersion) : undefined;
  if (!last || !version) return merged;
  // The commonest apply gives nothing up: all that would be taken would come back.
  const now = owners.get(self);
  if (now?.apiVersion === last.apiVersion && isEmptySet(difference(last.set, now.set))) return merged;
  const whole = version.from(merged);
  const lastSet = withNamedParents(last.set, version.view);
  let pruned = without(whole, lastSet, version);
  for (const [apiVersion, owned] of ownedByVersion(owners, last.apiVersion))
    pruned = addBack(merged, { pruned, version }, { owned, at: versionOf(kind, apiVersion) });
  const [left, all] = [parentsOf(pruned, version), parentsOf(whole, version)];
  // What the applier never owned comes back too, where only its parent was taken.
  return version.to(without(whole, intersection(difference(all, left), lastSet), version));
}

const without = (object: JsonObject, remove: FieldSet, { view }: VersionedType): JsonObject =>
  (removeFields(object, remove, view) ?? {}) as JsonObject;

const parentsOf = (object: JsonObject, { view }: VersionedType): FieldSet =>
  withNamedParents(fieldSetOf(object, view), view);

/** All that somebody owns, by version, the version of the last apply first. */
function ownedByVersion(owners: Owners, first: string): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>([[first, EMPTY]]);
  for (const { apiVersion, set } of owners.values()) owned.set(apiVersion, union(owned.get(apiVersion) ?? EMPTY, set));
  return owned;
}

function addBack(
  merged: JsonObject,
  { pruned, version }: { pruned: JsonObject; version: VersionedType },
  { owned, at }: { owned: FieldSet; at: VersionedType | undefined },
): JsonObject {
  if (!at) return pruned;
  const whole = at.from(merged);
  const left = parentsOf(at.from(version.to(pruned)), at);
  const kept = union(left, withNamedParents(owned, at.view));
  return version.from(at.to(without(whole, difference(parentsOf(whole, at), kept), at)));
}
