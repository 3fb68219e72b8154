/** Defaults of a structural schema (apiextensions-apiserver pkg/apiserver/schema/defaulting). */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { copyJson } from "../patch/copy-json.ts";
import { itemsOf, memberOf, propertyOf, type Schema } from "./json-walk.ts";

/** Modifies the object: forbidden nulls are dropped, or replaced by the default if there is one. */
export function applyDefaults(object: JsonObject, schema: Schema): void {
  dropNulls(object, schema);
  setDefaults(object, schema);
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

/** Modifies the value. Nulls without a default stay: in an apply they are reported as type errors. */
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
