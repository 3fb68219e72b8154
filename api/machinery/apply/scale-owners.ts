/**
 * Ownership of the replicas, as the scale endpoint sees it and as the scaled object stores it: the object's `replicas`
 * is `.spec.replicas` of the Scale, and all other fields are invisible to the endpoint.
 */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { difference, type FieldSet, fieldPath, hasPath, isEmptySet } from "./field-set.ts";
import { type Owner, ownerKey, parseOwners, renderOwners } from "./owner.ts";

const SCALE_VERSION = "autoscaling/v1";
const SCALE_REPLICAS = ["spec", "replicas"];

/** By apiVersion of the scaled kind: the path of its replicas (`["spec", "replicas"]`); null if it has no scale. */
export type ReplicasPaths = Readonly<Record<string, readonly string[] | null>>;

const has = (set: FieldSet, path: readonly string[] | null | undefined): path is readonly string[] =>
  path !== undefined &&
  path !== null &&
  hasPath(
    set,
    path.map((name) => `f:${name}`),
  );

/** The Scale's managedFields: the owners of the replicas, and nobody else. */
export function scaleEntries(
  entries: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const owners = new Map<string, Owner>();
  for (const owner of (parseOwners(entries) ?? new Map<string, Owner>()).values()) {
    if (!has(owner.set, paths[owner.apiVersion])) continue;
    const scaled = { ...owner, apiVersion: SCALE_VERSION, set: fieldPath(...SCALE_REPLICAS) };
    owners.set(ownerKey(scaled), scaled);
  }
  return renderOwners(owners);
}

/**
 * The object's managedFields after a write through the scale endpoint that resulted in the `scale` entries. An
 * updater's identity includes its version, so the two sides never match each other's updaters: one that still owns the
 * replicas gets an entry of its own for them, and new entries have no time. Kubernetes does the same.
 */
export function parentEntries(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  { paths, apiVersion }: { readonly paths: ReplicasPaths; readonly apiVersion: string },
): ManagedFieldsEntry[] | undefined {
  const before = parseOwners(entries) ?? new Map<string, Owner>();
  const scalers = parseOwners(scale) ?? new Map<string, Owner>();
  const after = new Map<string, Owner>();
  for (const [key, owner] of before) {
    const path = paths[owner.apiVersion];
    // A version that the kind no longer has.
    if (path === undefined) continue;
    if (!has(owner.set, path) || scalers.delete(key)) after.set(key, owner);
    else {
      const set = difference(owner.set, fieldPath(...path));
      if (!isEmptySet(set)) after.set(key, { ...owner, set });
    }
  }
  for (const [key, { time: _, ...owner }] of scalers) {
    const path = paths[apiVersion];
    if (!path || !has(owner.set, SCALE_REPLICAS)) continue;
    const time = before.get(key)?.time;
    after.set(key, { ...owner, apiVersion, set: fieldPath(...path), ...(time ? { time } : {}) });
  }
  return renderOwners(after);
}
