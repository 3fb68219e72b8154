/**
 * Whether the defaults of a schema satisfy it (apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go).
 */
import { type FieldError, invalid } from "../field-error.ts";
import { copyJson } from "../json/json-copy.ts";
import type { JsonObject } from "../json/json-object.ts";
import { sortedMembers } from "../json/sorted-members.ts";
import { malformedMeta } from "./coerce-meta.ts";
import { validateEmbedded } from "./embedded.ts";
import { childPath, isEmbedded, itemsOf, META_FIELDS, type Schema } from "./json-walk.ts";
import { pruneValue } from "./prune.ts";
import { NOWHERE, validateValue } from "./validate.ts";

/** Errors of a schema's rules for a value at that path. */
export type RulesOf = (value: unknown, schema: Schema, at: { path: string; isObject: boolean }) => FieldError[];

interface Place {
  readonly path: string;
  /** The nearest enclosing schema of an API object, or this one. */
  readonly root: Schema;
  /** Builds that object around the value at this place. */
  readonly object: (value: unknown) => unknown;
  readonly insideMeta: boolean;
}

const SOME_KIND = { apiVersion: "validation/v1", kind: "Validation" };
const bare = (value: unknown) => ({ ...(value as JsonObject), ...SOME_KIND });

/** `root` is the schema of a whole object. Additional properties have no defaults. */
export function defaultErrors(root: Schema, path: string, rulesOf: RulesOf): FieldError[] {
  const schema = { ...root, "x-kubernetes-embedded-resource": true };
  return errorsBelow(schema, { path, root: schema, object: bare, insideMeta: false }, rulesOf);
}

function errorsBelow(schema: Schema, outer: Place, rulesOf: RulesOf): FieldError[] {
  const place = isEmbedded(schema) ? { ...outer, root: schema, object: bare, insideMeta: false } : outer;
  const { path, object, insideMeta } = place;
  const items = itemsOf(schema);
  const properties = Object.entries(schema.properties ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(schema.default === undefined ? [] : errorsOf(schema.default, schema, place, rulesOf)),
    ...(items
      ? errorsBelow(items, { ...place, path: `${path}.items`, object: (item) => object([item]) }, rulesOf)
      : []),
    ...properties.flatMap(([name, property]) => {
      const below = {
        ...place,
        path: `${path}.properties[${name}]`,
        object: (member: unknown) => object({ [name]: member }),
        insideMeta: insideMeta || (isEmbedded(schema) && META_FIELDS.has(name)),
      };
      return errorsBelow(property, below, rulesOf);
    }),
  ];
}

function errorsOf(value: unknown, schema: Schema, place: Place, rulesOf: RulesOf): FieldError[] {
  const path = `${place.path}.default`;
  const { pruned, unfit } = place.insideMeta
    ? { pruned: [], unfit: unfitMeta(value, place, path) }
    : { pruned: prunedErrors(value, schema, path), unfit: unfitParts(value, schema, path) };
  if (unfit.length > 0) return [...pruned, ...unfit];
  const found = validateValue(value, schema).map((error) =>
    error.path === NOWHERE ? { ...error, path } : { ...error, path: below(path, error.path) },
  );
  if (found.length > 0) return [...pruned, ...found];
  return [...pruned, ...rulesOf(value, schema, { path, isObject: schema === place.root })];
}

function prunedErrors(value: unknown, schema: Schema, path: string): FieldError[] {
  const unknown = pruneValue(copyJson(value), schema);
  return unknown.length > 0 ? [invalid(path, sortedMembers(value), "must not have unknown fields")] : [];
}

function unfitParts(value: unknown, schema: Schema, path: string): FieldError[] {
  const copy = copyJson(value);
  const malformed = malformedMeta(copy, schema, path);
  return malformed ? [malformed] : validateEmbedded(copy, schema, path);
}

function unfitMeta(value: unknown, { root, object }: Place, path: string): FieldError[] {
  const whole = object(copyJson(value));
  const malformed = malformedMeta(whole, root, "");
  const errors = malformed ? [malformed] : validateEmbedded(whole, root);
  if (errors.length === 0) return [];
  const texts = errors.map((error) => `${error.path}: ${error.message}`);
  const message = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return [invalid(path, sortedMembers(value), `must result in valid metadata: ${message}`)];
}

const below = (path: string, inside: string) => {
  if (inside === "" || inside.startsWith(".")) return path + inside;
  return inside.startsWith("[") ? `${path}.${inside}` : childPath(path, inside);
};
