/** How a change of an object moves ownership between its managers. */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { type Comparison, type compareTyped, SAME } from "./compare.ts";
import {
  difference,
  differenceBelow,
  EMPTY,
  type FieldSet,
  fieldPath,
  intersection,
  isEmptySet,
  union,
} from "./field-set.ts";
import type { Owner, Owners } from "./owner.ts";
import { reconcileSet } from "./reconcile-set.ts";
import type { TypeView } from "./type-view.ts";

/** A version of the kind that some manager wrote at, with conversions to and from the current version. */
export interface VersionedType {
  readonly view: TypeView;
  readonly from: (object: JsonObject) => JsonObject;
  readonly to: (object: JsonObject) => JsonObject;
}

export interface KindAtVersion {
  /** The current version, as stated in the object: `apps/v1`. */
  readonly apiVersion: string;
  readonly view: TypeView;
  /** Other versions; managers of a version that the kind no longer has are dropped. */
  readonly versions?: (apiVersion: string) => VersionedType | undefined;
  /** The schema is a definition's, and may have changed since the sets were stored. */
  readonly custom?: boolean;
  /** The part of a set that can be owned through the endpoint: without what it resets. */
  readonly ownable: (set: FieldSet) => FieldSet;
  /** Whether the endpoint resets nothing of what managers own at other versions. */
  readonly resetsOwnVersion?: boolean;
}

export interface Endpoint {
  readonly subresource: string;
  readonly status?: { readonly retainsMetadata?: string };
  /** What it resets, if that differs from other endpoints of its name. */
  readonly resets?: readonly (readonly string[])[];
}

const SPEC = fieldPath("spec");
const SPEC_AND_METADATA = { ...SPEC, ...fieldPath("metadata") };
const STATUS = fieldPath("status");

/** The main endpoint resets the status if the kind has a status endpoint, and the status endpoint resets the spec. */
export function ownableThrough({ subresource, status, resets }: Endpoint): KindAtVersion["ownable"] {
  if (resets) return (set) => resets.reduce((left, path) => differenceBelow(left, fieldPath(...path)), set);
  const reset =
    subresource === "status"
      ? status?.retainsMetadata
        ? SPEC_AND_METADATA
        : SPEC
      : subresource === "" && status
        ? STATUS
        : undefined;
  return reset ? (set) => differenceBelow(set, reset) : (set) => set;
}

const unconverted = (object: JsonObject) => object;

export function versionOf(kind: KindAtVersion, apiVersion: string): VersionedType | undefined {
  return apiVersion === kind.apiVersion
    ? { view: kind.view, from: unconverted, to: unconverted }
    : kind.versions?.(apiVersion);
}

const SERVER_META = [
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "clusterName",
  "generation",
  "managedFields",
  "resourceVersion",
] as const;

const ofServer: ReadonlySet<string> = new Set(SERVER_META);

/** Fields that nobody owns. */
export const SERVER_FIELDS: FieldSet = {
  "f:apiVersion": EMPTY,
  "f:kind": EMPTY,
  "f:metadata": { ".": EMPTY, ...Object.fromEntries(SERVER_META.map((name) => [`f:${name}`, EMPTY])) },
};

/** The object as compared: without the fields that nobody owns, so that a new revision alone is no difference. */
export function comparable(object: JsonObject): JsonObject {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  if (!isJsonObject(metadata)) return rest;
  const meta: JsonObject = {};
  for (const name in metadata) if (!ofServer.has(name)) meta[name] = metadata[name];
  return { ...rest, metadata: meta };
}

/** The differences at each version that some manager uses, computed on demand. */
export class Differences {
  readonly #known = new Map<string, Comparison | undefined>();
  readonly #old: JsonObject;
  readonly #next: JsonObject;
  readonly #kind: KindAtVersion;
  readonly #by: typeof compareTyped;

  constructor(
    { old, next }: { readonly old: JsonObject; readonly next: JsonObject },
    kind: KindAtVersion,
    by: typeof compareTyped,
  ) {
    this.#old = old;
    this.#next = next;
    this.#kind = kind;
    this.#by = by;
  }

  /** Undefined if the kind no longer has the version. */
  at(apiVersion: string): Comparison | undefined {
    if (!this.#known.has(apiVersion)) this.#known.set(apiVersion, this.#compare(apiVersion));
    return this.#known.get(apiVersion);
  }

  #compare(apiVersion: string): Comparison | undefined {
    const version = versionOf(this.#kind, apiVersion);
    if (!version) return undefined;
    const [old, next] = [version.from(this.#old), version.from(this.#next)];
    const all = this.#by(comparable(old), comparable(next), version.view);
    const { ownable, resetsOwnVersion } = this.#kind;
    if (all === SAME || (resetsOwnVersion && apiVersion !== this.#kind.apiVersion)) return all;
    return { added: ownable(all.added), modified: ownable(all.modified), removed: ownable(all.removed) };
  }
}

/** The stored owners, reconciled with the current schema. */
export function reconcileOwners(owners: Map<string, Owner>, kind: KindAtVersion): void {
  if (!kind.custom) return;
  for (const [key, owner] of owners) {
    const version = versionOf(kind, owner.apiVersion);
    const set = version && reconcileSet(owner.set, version.view);
    if (set && set !== owner.set) owners.set(key, { ...owner, set });
  }
}

/** What other managers would lose to the change; only managers that lose something. */
export function conflictsOf(owners: Owners, differences: Differences, self: string | undefined): Map<string, FieldSet> {
  const conflicts = new Map<string, FieldSet>();
  for (const [key, owner] of owners) {
    const changes = key === self ? undefined : differences.at(owner.apiVersion);
    if (!changes) continue;
    const lost = union(intersection(owner.set, changes.modified), intersection(owner.set, changes.added));
    if (!isEmptySet(lost)) conflicts.set(key, lost);
  }
  return conflicts;
}

/**
 * The owners after the change: each loses what others set and what was removed, and managers without any fields are
 * dropped.
 */
export function ownersAfter(owners: Owners, differences: Differences, self: string | undefined): Map<string, Owner> {
  const after = new Map<string, Owner>();
  for (const [key, owner] of owners) {
    if (key === self) {
      if (!isEmptySet(owner.set)) after.set(key, owner);
      continue;
    }
    const changes = differences.at(owner.apiVersion);
    if (!changes) continue;
    let { set } = owner;
    for (const lost of [changes.modified, changes.added, changes.removed])
      if (!isEmptySet(lost)) set = difference(set, lost);
    if (!isEmptySet(set)) after.set(key, set === owner.set ? owner : { ...owner, set });
  }
  return after;
}
