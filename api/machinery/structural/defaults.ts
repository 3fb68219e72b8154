/** Defaults of a structural schema (apiextensions-apiserver pkg/apiserver/schema/defaulting). */
import { exactJson } from "../json/exact-json.ts";
import { copyJson } from "../json/json-copy.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { itemsOf, memberOf, propertyOf, type Schema } from "./json-walk.ts";

/**
 * Modifies the object: forbidden nulls are dropped, or replaced by the default if there is one. Returns whether all
 * defaults were set.
 */
export function applyDefaults(object: JsonObject, schema: Schema): boolean {
  dropNulls(object, schema);
  return setDefaults(object, schema);
}

const isForbiddenNull = (value: unknown, schema: Schema | undefined) => value === null && schema && !schema.nullable;

/** Modifies the value; forbidden nulls stay if a default will replace them. */
export function dropNulls(value: unknown, schema: Schema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) for (const item of value) dropNulls(item, itemsOf(schema));
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const of = memberOf(schema, name);
    if (isForbiddenNull(member, of) && of?.default === undefined) delete value[name];
    else dropNulls(member, of);
  }
}

/** Characters of defaults set in one object. With more it would be too large to be stored. */
const MAX_ADDED_LENGTH = 2 * 1024 * 1024;
/** Counted at least for each default. */
const LEAST = 16;

/**
 * Modifies the value. Nulls without a default stay: in an apply they are reported as type errors. Returns whether all
 * defaults were set: a short body may call for more of them than there is room for, and then gets only the first ones.
 */
export function setDefaults(value: unknown, schema: Schema | undefined): boolean {
  const room = new Room();
  fill(value, schema, room);
  return room.left >= 0;
}

class Room {
  left = MAX_ADDED_LENGTH;

  /** A copy of the default; undefined if there is no room for it. */
  take(value: unknown): unknown {
    if (this.left >= 0) this.left -= Math.max(LEAST, sizeOf(value));
    return this.left >= 0 ? copyJson(value) : undefined;
  }
}

const sizes = new WeakMap<object, number>();

/** The approximate length as JSON, cached since schemas are used many times. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return LEAST;
  const size = sizes.get(value) ?? exactJson(value).length;
  sizes.set(value, size);
  return size;
}

function fill(value: unknown, schema: Schema | undefined, room: Room): void {
  if (!schema || room.left < 0) return;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    value.forEach((item, i) => {
      if (isForbiddenNull(item, items) && items?.default !== undefined) value[i] = room.take(items.default) ?? null;
      fill(value[i], items, room);
    });
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    if (!Object.hasOwn(value, name) || isForbiddenNull(value[name], property)) setDefault(value, name, property, room);
  }
  for (const name of Object.keys(value)) {
    const of = memberOf(schema, name);
    if (!propertyOf(schema, name) && isForbiddenNull(value[name], of) && of?.default !== undefined)
      setDefault(value, name, of, room);
    fill(value[name], of, room);
  }
}

function setDefault(object: JsonObject, name: string, schema: Schema, room: Room): void {
  const given = room.take(schema.default);
  if (given !== undefined) object[name] = given;
}
