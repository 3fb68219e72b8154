/** Removes what an applier applied before and no longer does, unless somebody else owns it. */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { difference, EMPTY, type FieldSet, intersection, isEmptySet, union } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import { itemElement } from "./list-item.ts";
import type { Owner, Owners } from "./owner.ts";
import { type KindAtVersion, type VersionedType, versionOf } from "./ownership.ts";
import { removeFields, withNamedParents } from "./remove-fields.ts";
import { formOf, memberType, type TypeView } from "./type-view.ts";

/** `last` is what the applier owned before; `owners` contains what it owns now, under `self`. */
export function prune(
  merged: JsonObject,
  { last, self }: { readonly last: Owner | undefined; readonly self: string },
  owners: Owners,
  kind: KindAtVersion,
): JsonObject {
  const version = last && !isEmptySet(last.set) ? versionOf(kind, last.apiVersion) : undefined;
  if (!last || !version) return merged;
  const whole = version.from(merged);
  // The most common apply gives up nothing: everything removed would be added back.
  const now = owners.get(self);
  const isSame = now?.apiVersion === last.apiVersion && isEmptySet(difference(last.set, now.set));
  if (isSame && !endsAbove(last.set, whole, version.view)) return merged;
  const lastSet = withNamedParents(last.set, version.view);
  let pruned = withoutFields(whole, lastSet, version);
  for (const [apiVersion, owned] of ownedByVersion(owners, last.apiVersion))
    pruned = addBack(merged, { pruned, version }, { owned, at: versionOf(kind, apiVersion) });
  const [left, all] = [parentsOf(pruned, version), parentsOf(whole, version)];
  // What the applier never owned is added back, too, if only its parent was removed.
  return version.to(withoutFields(whole, intersection(difference(all, left), lastSet), version));
}

/** Whether the set contains an object or list as a leaf that is not empty: then its contents are removed as well. */
function endsAbove(set: FieldSet, value: unknown, type: TypeView): boolean {
  const form = formOf(type, value);
  const [map, list] = [form === "map" ? type.map : undefined, form === "list" ? type.list : undefined];
  if (map && !map.atomic && isJsonObject(value)) {
    if (isEmptySet(set)) return !isEmptySet(value as FieldSet);
    return Object.entries(set).some(([element, below]) => {
      const name = element.slice("f:".length);
      const member = memberType(map, name);
      return member !== undefined && Object.hasOwn(value, name) && endsAbove(below, value[name], member);
    });
  }
  if (!list || list.type === "atomic" || !Array.isArray(value)) return false;
  if (isEmptySet(set)) return value.length > 0;
  return value.some((item) => {
    const named = itemElement(list, item);
    const below = "element" in named ? set[named.element] : undefined;
    return below !== undefined && !isEmptySet(below) && endsAbove(below, item, list.element);
  });
}

const withoutFields = (object: JsonObject, remove: FieldSet, { view }: VersionedType): JsonObject =>
  (removeFields(object, remove, view) ?? {}) as JsonObject;

const parentsOf = (object: JsonObject, { view }: VersionedType): FieldSet =>
  withNamedParents(fieldSetOf(object, view), view);

/** Everything that somebody owns, by version, with the version of the last apply first. */
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
  return version.from(at.to(withoutFields(whole, difference(parentsOf(whole, at), kept), at)));
}
