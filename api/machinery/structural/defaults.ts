/** Defaults of a structural schema (apiextensions-apiserver pkg/apiserver/schema/defaulting). */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { copyJson } from "../patch/copy-json.ts";
import { itemsOf, memberOf, propertyOf, type Schema } from "./json-walk.ts";

/** Changes the object: nulls that may not be are dropped, or become the default where there is one. */
export function applyDefaults(object: JsonObject, schema: Schema): void {
  dropNulls(object, schema);
  setDefaults(object, schema);
}

const isForbiddenNull = (value: unknown, schema: Schema | undefined) => value === null && schema && !schema.nullable;

/** Changes the value, whose forbidden nulls stay where there is a default to take their place. */
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

/** Changes the value. Nulls without a default stay: an apply may say them, and hears that they are none of the type. */
export function setDefaults(value: unknown, schema: Schema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    value.forEach((item, i) => {
      if (isForbiddenNull(item, items) && items?.default !== undefined) value[i] = copyJson(items.default);
      setDefaults(value[i], items);
    });
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    if (!Object.hasOwn(value, name) || isForbiddenNull(value[name], property)) value[name] = copyJson(property.default);
  }
  for (const name of Object.keys(value)) {
    const of = memberOf(schema, name);
    if (!propertyOf(schema, name) && isForbiddenNull(value[name], of) && of?.default !== undefined)
      value[name] = copyJson(of.default);
    setDefaults(value[name], of);
  }
}
