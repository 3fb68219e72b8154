/** One manager's entry in managedFields: its identity, its order and its printed form. */
import { compareTexts } from "../../compare-texts.ts";
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { goQuote } from "../field-error.ts";
import { isJsonObject } from "../json/json-object.ts";
import { EMPTY, type FieldSet, isEmptySet, sortedSet, unionOf } from "./field-set.ts";
import { compareElements } from "./path-element.ts";

export interface Owner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly set: FieldSet;
  /** RFC 3339 with seconds; absent for a manager that never changed a value. */
  readonly time?: string;
}

/** By `ownerKey`. */
export type Owners = ReadonlyMap<string, Owner>;

/** The identity of a manager. An applier is the same at every version. Kubernetes sorts by this text. */
export const ownerKey = ({ manager, operation, apiVersion, subresource }: Omit<Owner, "set" | "time">): string =>
  JSON.stringify({
    ...(manager ? { manager } : {}),
    operation,
    ...(operation === "Update" ? { apiVersion } : {}),
    ...(subresource ? { subresource } : {}),
  });

/** As conflicts name it: `"m1"`, `"kubelet" with subresource "status" using v1`. */
export function printOwner({ manager, operation, apiVersion, subresource }: Owner): string {
  const name = subresource ? `${goQuote(manager)} with subresource ${goQuote(subresource)}` : goQuote(manager);
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}

/** The owners in managedFields; undefined if any entry is invalid, since Kubernetes then ignores them all. */
export function parseOwners(entries: readonly ManagedFieldsEntry[] | null | undefined): Map<string, Owner> | undefined {
  const read = readOwners(entries);
  return typeof read === "string" ? undefined : read;
}

/** Kubernetes' error for entries that it cannot decode. */
export function ownersProblem(entries: readonly ManagedFieldsEntry[]): string | undefined {
  const read = readOwners(entries);
  return typeof read === "string" ? read : undefined;
}

function readOwners(entries: readonly ManagedFieldsEntry[] | null | undefined): Map<string, Owner> | string {
  const owners = new Map<string, Owner>();
  for (const [i, entry] of (entries ?? []).entries()) {
    const { manager = "", operation, apiVersion = "", subresource = "", fieldsType = "", fieldsV1, time } = entry;
    if (operation !== "Apply" && operation !== "Update") return "operation must be `Apply` or `Update`";
    if (apiVersion === "") return "apiVersion must not be empty";
    if (fieldsType === "") return `missing fieldsType in managed fields entry ${i}`;
    if (fieldsType !== "FieldsV1") return `invalid fieldsType "${fieldsType}" in managed fields entry ${i}`;
    const set = readFieldSet(fieldsV1 ?? EMPTY);
    if (!set) return `error decoding versioned set of managed fields entry ${i}`;
    const owner = { manager, operation, apiVersion, subresource, set, ...(time ? { time } : {}) } as const;
    owners.set(ownerKey(owner), owner);
  }
  return owners;
}

/** Undefined if it is malformed. */
function readFieldSet(node: unknown): FieldSet | undefined {
  if (isFieldSet(node) && !("." in node)) return node;
  const known = knownPart(node);
  if (!isFieldSet(known)) return undefined;
  const { ".": _ofTheObject, ...set } = known;
  return set;
}

function isFieldSet(node: unknown): node is FieldSet {
  if (typeof node !== "object" || node === null || Array.isArray(node)) return false;
  for (const element in node) {
    const child = (node as Readonly<Record<string, unknown>>)[element];
    const isKnown =
      element === "." ? Object.keys(node).length > 1 && isEmpty(child) : isElement(element) && isFieldSet(child);
    if (!isKnown) return false;
  }
  return true;
}

/** A field, an index, a value, or a key. Without a regular expression: every write of an object looks at all of them. */
function isElement(element: string): boolean {
  if (element.charAt(1) !== ":") return false;
  switch (element.charAt(0)) {
    case "f":
    case "i":
      return true;
    case "v":
      return element.length > 2;
    case "k":
      return element.startsWith("{", 2) && element.endsWith("}") && element.length > 3;
    default:
      return false;
  }
}

const isEmpty = (value: unknown) => isJsonObject(value) && Object.keys(value).length === 0;

/**
 * The set as Kubernetes reads it: without elements of unknown kinds, which a later version may use, with nothing within
 * ".", and without a "." beside nothing. Null is an empty set.
 */
function knownPart(node: unknown): unknown {
  if (!isJsonObject(node)) return node ?? {};
  const known = Object.entries(node).filter(([element]) => !/^[^fikv]:/s.test(element));
  if (known.every(([element]) => element === ".")) return {};
  return Object.fromEntries(known.map(([element, child]) => [element, element === "." ? {} : knownPart(child)]));
}

/** Undefined if nobody owns anything. */
export function renderOwners(owners: Owners): ManagedFieldsEntry[] | undefined {
  const entries = [...owners.values()].filter(({ set }) => !isEmptySet(set)).sort(compareOwners);
  if (entries.length === 0) return undefined;
  return entries.map(({ manager, operation, apiVersion, subresource, set, time }) => ({
    ...(manager ? { manager } : {}),
    operation,
    apiVersion,
    ...(time ? { time } : {}),
    fieldsType: "FieldsV1",
    fieldsV1: sortedSet(set, compareElements),
    ...(subresource ? { subresource } : {}),
  }));
}

/** Appliers first, then by time (RFC 3339 in UTC sorts as text); entries without a time are the oldest. */
const compareOwners = (a: Owner, b: Owner): number =>
  compareTexts(a.operation, b.operation) ||
  compareTexts(a.time ?? "", b.time ?? "") ||
  compareTexts(a.manager, b.manager) ||
  compareTexts(a.apiVersion, b.apiVersion) ||
  compareTexts(a.subresource, b.subresource);

const MAX_UPDATERS = 10;

/** Limits the number of updaters to ten: the oldest of a version are merged into one called "ancient-changes". */
export function capUpdaters(owners: Map<string, Owner>): void {
  const updaters = [...owners].filter(([, owner]) => owner.operation === "Update");
  if (updaters.length <= MAX_UPDATERS) return;
  updaters.sort(([a, left], [b, right]) => compareTexts(left.time ?? "", right.time ?? "") || compareTexts(a, b));
  let excess = updaters.length - MAX_UPDATERS;
  const oldest = new Map<string, string>();
  const merged = new Map<string, FieldSet[]>();
  for (const [key, owner] of updaters) {
    if (excess === 0) break;
    const first = oldest.get(owner.apiVersion);
    if (first === undefined) {
      oldest.set(owner.apiVersion, key);
      continue;
    }
    const bucket = { ...owner, manager: "ancient-changes", subresource: "" };
    const name = ownerKey(bucket);
    const sets = merged.get(name) ?? [(owners.get(name) ?? owners.get(first))?.set ?? EMPTY];
    merged.set(name, sets);
    sets.push(owner.set);
    if (!owners.has(name)) owners.delete(first);
    owners.delete(key);
    owners.set(name, bucket);
    excess--;
  }
  for (const [name, sets] of merged) {
    const owner = owners.get(name);
    if (owner) owners.set(name, { ...owner, set: unionOf(sets) });
  }
}
