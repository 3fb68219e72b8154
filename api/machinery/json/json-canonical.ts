/**
 * Converts a draft to the object as Kubernetes would answer and store it: kind and apiVersion first, then fields in the
 * table's order, without unknown fields, and with empty ones omitted, null or zero as Go prints them.
 */

import { emptyMap } from "../../schema/empty-map.ts";
import { type FieldShape, type Shape, type StructShape, shapeOf } from "../../schema/shape.ts";
import type { Struct } from "../../schema/table.ts";
import { copyJson } from "./json-copy.ts";
import { isEmpty, membersOf, setMember } from "./json-object.ts";

/**
 * The canonical form of any object of the struct, for JSON.stringify. Does not modify the argument; canonical parts may
 * be shared with it. Idempotent.
 */
export const canonicalJson = (value: object, struct: Struct): Record<string, unknown> =>
  canonicalStruct(membersOf(value), shapeOf(struct));

function canonicalStruct(value: Record<string, unknown>, { fields }: StructShape): Record<string, unknown> {
  const canonical: Record<string, unknown> = {};
  for (const field of fields) {
    const member = canonicalField(value[field.name], field);
    if (member !== undefined) canonical[field.name] = member;
  }
  return canonical;
}

function canonicalField(value: unknown, field: FieldShape): unknown {
  if (value === undefined || value === null) return field.wireZero?.();
  if (field.dropsEmpty && isEmpty(value)) return undefined;
  const canonical = canonicalValue(value, field.shape);
  // Kubernetes stores protobuf, from which an empty list or map comes back absent.
  const isCollection = field.shape.kind === "list" || field.shape.kind === "map";
  return isCollection && isEmpty(canonical) ? field.wireZero?.() : canonical;
}

function canonicalValue(value: unknown, shape: Shape): unknown {
  if (shape.kind === "scalar" || typeof value !== "object" || value === null) return value;
  if (shape.kind === "struct") return canonicalStruct(membersOf(value), shape.struct);
  if (shape.kind === "list") {
    if (shape.element.kind === "scalar" || !Array.isArray(value)) return value;
    return value.map((element) => canonicalValue(element, shape.element));
  }
  if (shape.element.kind === "scalar" && isSorted(value)) return value;
  const map: Record<string, unknown> = {};
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, element] of entries) setMember(map, key, canonicalValue(element, shape.element));
  return map;
}

/** Whether the keys are sorted, as in Go's output. */
function isSorted(map: object): boolean {
  let last = "";
  for (const key in map) {
    if (key < last) return false;
    last = key;
  }
  return true;
}

/** A canonical value with one member added or replaced; the member must be canonical, too. */
export function withMember<T extends object>(value: T, member: Partial<T>, struct: Struct): T {
  const all: Record<string, unknown> = { ...value, ...member };
  const ordered: Record<string, unknown> = {};
  for (const { name } of shapeOf(struct).fields) if (all[name] !== undefined) ordered[name] = all[name];
  return ordered as T;
}

/**
 * The draft of an object that is known to fit its struct, such as a webhook's answer: lists are never null. Does not
 * modify the argument.
 */
export const draftOf = (value: object, struct: Struct): Record<string, unknown> =>
  draftStruct(membersOf(value), shapeOf(struct));

/** Turns an unshared canonical value into its draft, by adding what drafts have and the wire does not show. */
export const completeDraft = (value: object, struct: Struct): void => completeStruct(membersOf(value), shapeOf(struct));

function completeStruct(value: Record<string, unknown>, shape: StructShape): void {
  for (const field of incompleteFields(shape)) {
    const member = value[field.name];
    if (member !== undefined && member !== null) completeValue(member, field.shape);
    else if (field.draftZero) value[field.name] = field.draftZero();
    else if (member === null) delete value[field.name];
  }
}

function completeValue(value: unknown, shape: Shape): void {
  if (typeof value !== "object" || value === null || shape.kind === "scalar") return;
  if (shape.kind === "struct") completeStruct(membersOf(value), shape.struct);
  else for (const element of Object.values(value)) completeValue(element, shape.element);
}

const incomplete = new WeakMap<StructShape, readonly FieldShape[]>();

/** The fields in which, or within which, a draft and the canonical value may differ. */
function incompleteFields(shape: StructShape): readonly FieldShape[] {
  const known = incomplete.get(shape);
  if (known) return known;
  const fields = shape.fields.filter((field) => differsFromWire(field) || containsDifference(field.shape, new Set()));
  incomplete.set(shape, fields);
  return fields;
}

/** For an absent field: whether the draft has a value, or the wire shows null. */
const differsFromWire = ({ draftZero, wireZero }: FieldShape): boolean =>
  draftZero !== undefined || wireZero?.() === null;

/** Whether a value of the shape contains such a field, at any depth. Shapes may be recursive. */
function containsDifference(shape: Shape, seen: Set<StructShape>): boolean {
  if (shape.kind === "scalar") return false;
  if (shape.kind !== "struct") return containsDifference(shape.element, seen);
  const { struct } = shape;
  if (seen.has(struct)) return false;
  seen.add(struct);
  return struct.fields.some((field) => differsFromWire(field) || containsDifference(field.shape, seen));
}

function draftStruct(value: Record<string, unknown>, { fields }: StructShape): Record<string, unknown> {
  const draft: Record<string, unknown> = {};
  for (const field of fields) {
    const member = value[field.name];
    if (member === undefined || member === null) {
      if (field.draftZero) draft[field.name] = field.draftZero();
    } else if (!field.dropsEmpty || !isEmpty(member)) draft[field.name] = draftValue(member, field.shape);
  }
  return draft;
}

function draftValue(value: unknown, shape: Shape): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (shape.kind === "struct") return draftStruct(membersOf(value), shape.struct);
  if (shape.kind === "list" && Array.isArray(value)) return value.map((element) => draftValue(element, shape.element));
  if (shape.kind === "map") {
    if (isEmpty(value)) return emptyMap();
    const map: Record<string, unknown> = {};
    for (const [key, element] of Object.entries(value)) setMember(map, key, draftValue(element, shape.element));
    return map;
  }
  // Free-form JSON: a deep copy, since a draft may be modified.
  return copyJson(value);
}
