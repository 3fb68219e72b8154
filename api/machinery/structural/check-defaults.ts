/** Whether the defaults of a schema fit it (apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go). */
import { type FieldError, invalid } from "../field-error.ts";
import { copyJson } from "../patch/copy-json.ts";
import { validateEmbedded } from "./embedded.ts";
import { childPath, isEmbedded, isMap, itemsOf, type Schema } from "./json-walk.ts";
import { duplicateItems } from "./list-items.ts";
import { pruneValue } from "./prune.ts";
import { validateValue } from "./validate.ts";

/** Additional properties have no defaults. */
export function defaultErrors(schema: Schema, path: string): FieldError[] {
  const items = itemsOf(schema);
  return [
    ...(schema.default === undefined ? [] : errorsOf(schema.default, schema, `${path}.default`)),
    ...(items ? defaultErrors(items, `${path}.items`) : []),
    ...Object.entries(schema.properties ?? {})
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, property]) => defaultErrors(property, `${path}.properties[${name}]`)),
  ];
}

function errorsOf(value: unknown, schema: Schema, path: string): FieldError[] {
  const unknown = pruneValue(copyJson(value), schema);
  const errors = unknown.length > 0 ? [invalid(path, value, "must not have unknown fields")] : [];
  const embedded = isMap(value) && isEmbedded(schema) ? validateEmbedded(value, schema, path) : [];
  if (embedded.length > 0) return [...errors, ...embedded];
  const found = [...validateValue(value, schema), ...duplicateItems(value, schema)];
  return [
    ...errors,
    ...found.map((error) =>
      error.path === "<nil>" ? { ...error, path } : { ...error, path: below(path, error.path) },
    ),
  ];
}

const below = (path: string, inside: string) =>
  inside === "" ? path : inside.startsWith("[") ? `${path}${inside}` : childPath(path, inside);
