/** The rules of a schema and all schemas below it, compiled when objects are first validated. */
import { additionalOf, itemsOf, type Schema } from "../../structural/json-walk.ts";
import { typeOfSchema, withTypeMeta } from "../scopes/schema-type.ts";
import type { Type } from "../values/type.ts";
import { type CompiledRule, compileRule } from "./rule.ts";

export interface RuleTree {
  readonly schema: Schema;
  readonly type: Type;
  readonly rules: readonly CompiledRule[];
  readonly items: RuleTree | undefined;
  readonly additional: RuleTree | undefined;
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly allOf: readonly RuleTree[];
}

const trees = new WeakMap<Schema, RuleTree | null>();

/** The rules of a part of a schema which occurs once per object. */
export const ruleTreeOfPart = (schema: Schema, isObject: boolean): RuleTree | undefined =>
  hasRules(schema) ? grow(schema, schema, isObject) : undefined;

/** Undefined if there are no rules. */
export function ruleTreeOf(schema: Schema): RuleTree | undefined {
  const known = trees.get(schema);
  if (known !== undefined) return known ?? undefined;
  const tree = hasRules(schema) ? grow(schema, schema, true) : undefined;
  trees.set(schema, tree ?? null);
  return tree;
}

export function hasRules(schema: Schema | undefined): boolean {
  if (!schema) return false;
  if (schema["x-kubernetes-validations"]?.length) return true;
  return (
    hasRules(itemsOf(schema)) ||
    hasRules(additionalOf(schema)) ||
    Object.values(schema.properties ?? {}).some(hasRules) ||
    (schema.allOf ?? []).some(hasRules)
  );
}

/** `rules` is the schema with the rules, `place` the schema of the values: they differ inside allOf. */
function grow(rules: Schema, place: Schema, isRoot: boolean): RuleTree | undefined {
  const type = typeOfSchema(place, isRoot);
  if (!type) return undefined;
  const below = (inner: Schema | undefined, of: Schema | undefined) =>
    inner && of && hasRules(inner) ? grow(inner, of, of["x-kubernetes-embedded-resource"] === true) : undefined;
  const properties = new Map<string, RuleTree>();
  for (const [name, property] of Object.entries(rules.properties ?? {})) {
    const tree = below(property, place.properties?.[name]);
    if (tree) properties.set(name, tree);
  }
  return {
    schema: isRoot ? withTypeMeta(place) : place,
    type,
    rules: (rules["x-kubernetes-validations"] ?? []).map((each) => compileRule(each, type)),
    items: below(itemsOf(rules), itemsOf(place)),
    additional: below(additionalOf(rules), additionalOf(place)),
    properties,
    allOf: (rules.allOf ?? []).flatMap((each) => (hasRules(each) ? (grow(each, place, isRoot) ?? []) : [])),
  };
}
