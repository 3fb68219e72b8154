/** managedFields for ordinary writes: a create, a PUT or a patch other than an apply. */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { deepEqual } from "../json/deep-equal.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { compareDecoded, SAME } from "./compare.ts";
import { difference, isEmptySet, union } from "./field-set.ts";
import { UnnamedItem } from "./list-item.ts";
import { capUpdaters, type Owner, ownerKey, parseOwners, renderOwners } from "./owner.ts";
import { Differences, type KindAtVersion, ownersAfter, reconcileOwners, SERVER_FIELDS } from "./ownership.ts";

export interface TrackedUpdate {
  /** The stored object; undefined on a create. */
  readonly old: JsonObject | undefined;
  /** The object to store, decoded and defaulted, before admission. */
  readonly next: JsonObject;
  readonly kind: KindAtVersion;
  /** The fieldManager parameter, or else the user agent up to its first slash. */
  readonly manager: string;
  readonly subresource: string;
  /** RFC 3339 with seconds. */
  readonly now: string;
}

/** The entries to store, or undefined for none: an object whose fields cannot be identified has no managers. */
export function trackUpdate(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  try {
    return entriesAfter(update);
  } catch (problem) {
    if (problem instanceof UnnamedItem) return undefined;
    throw problem;
  }
}

function entriesAfter(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  const { old, next, kind, now } = update;
  const stored = entriesOf(old);
  const entries = requestedEntries(update, stored);
  // An object that is not tracked, or whose tracking was reset, stays so until somebody applies.
  if (old && entries.length === 0) return undefined;
  const differences = new Differences({ old: old ?? {}, next }, kind, compareDecoded);
  const changes = differences.at(kind.apiVersion) ?? SAME;
  if (changes === SAME && entries === stored) return stored.length > 0 ? [...stored] : undefined;
  const before = parseOwners(entries) ?? new Map<string, Owner>();
  reconcileOwners(before, kind);
  const owners = ownersAfter(before, differences, undefined);
  const set = difference(union(changes.modified, changes.added), SERVER_FIELDS);
  if (!isEmptySet(set)) {
    const { apiVersion } = kind;
    const self = {
      manager: update.manager || "unknown",
      operation: "Update",
      apiVersion,
      subresource: update.subresource,
    } as const;
    const key = ownerKey(self);
    const held = owners.get(key);
    owners.set(key, { ...self, set: held ? union(set, held.set) : set, time: now });
  }
  capUpdaters(owners);
  return renderOwners(owners);
}

const entriesOf = (object: JsonObject | undefined): readonly ManagedFieldsEntry[] =>
  isJsonObject(object?.metadata) && Array.isArray(object.metadata.managedFields) ? object.metadata.managedFields : [];

/**
 * The entries to start from: those in the request if they are valid, since a client may edit them; none if it resets
 * them with an empty list or one empty entry; otherwise the stored ones. Subresources ignore those in the request.
 */
function requestedEntries(
  { next, subresource, kind }: TrackedUpdate,
  stored: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  const sent = isJsonObject(next.metadata) ? next.metadata.managedFields : undefined;
  if (subresource !== "" || !Array.isArray(sent) || sent === stored) return stored;
  const entries = sent as readonly ManagedFieldsEntry[];
  // Metadata of custom objects is coerced first, which drops an empty list.
  if (entries.length === 0 && kind.custom) return stored;
  const [first] = entries;
  if (!first || (entries.length === 1 && Object.keys(first).length === 0)) return [];
  return deepEqual(entries, stored) || !parseOwners(entries) ? stored : entries;
}
