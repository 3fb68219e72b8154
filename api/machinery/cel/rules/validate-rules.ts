/**
 * Runs the rules of a custom kind on an object (apiextensions-apiserver pkg/apiserver/schema/cel/validation.go), with
 * Kubernetes' budget, ratcheting and wording.
 */

import type { ValidationRule } from "../../../generated/apiextensions.v1.ts";
import { duplicate, type FieldError, forbidden, invalid, invalidWithoutValue, required } from "../../field-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { ownMember } from "../../json/own-member.ts";
import type { RulesOf } from "../../structural/check-defaults.ts";
import { Correlation } from "../../structural/correlate.ts";
import { followFieldPath } from "../../structural/field-path.ts";
import { childPath, propertyOf, type Schema } from "../../structural/json-walk.ts";
import type { Program } from "../program.ts";
import { fromJson } from "../values/from-json.ts";
import { Optional } from "../values/values.ts";
import type { Rule } from "./rule.ts";
import { type RuleTree, ruleTreeOf, ruleTreeOfPart } from "./rule-tree.ts";

/** The total cost of all rules on one object. */
const BUDGET = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;

export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Errors that are tolerated because the values have not changed, as warnings. */
  readonly ratcheted: readonly string[];
}

export function validateRules(object: JsonObject, schema: Schema, old?: JsonObject): RuleFindings {
  const tree = ruleTreeOf(schema);
  if (!tree) return { errors: [], ratcheted: [] };
  const run = new RuleRun();
  run.visit(tree, object, {
    path: "",
    old,
    current: old && new Correlation(object, old, schema),
    parent: undefined,
  });
  return run;
}

/** Validates a default twice: as if unchanged and, since rules may test whether there was an old value, as if new. */
export const validateDefault: RulesOf = (value, schema, { path, isObject }) => {
  const tree = ruleTreeOfPart(schema, isObject);
  if (!tree) return [];
  for (const old of [value, undefined]) {
    const run = new RuleRun();
    run.visit(tree, value, { path, old, current: undefined, parent: undefined });
    if (run.errors.length > 0) return run.errors;
  }
  return [];
};

interface Place {
  readonly path: string;
  readonly old: unknown;
  /** The old and new values here, if they can be correlated. */
  readonly current: Correlation | undefined;
  /** The nearest ancestor that can be correlated. */
  readonly parent: Correlation | undefined;
}

class RuleRun {
  readonly errors: FieldError[] = [];
  readonly ratcheted: string[] = [];
  #budget = BUDGET;
  #over = false;

  visit(tree: RuleTree, value: unknown, place: Place): void {
    if (this.#over || value === null || value === undefined) return;
    this.#runAll(tree, value, place);
    for (const each of tree.allOf) this.visit(each, value, { ...place, current: undefined });
    if (Array.isArray(value)) {
      const { items } = tree;
      if (items) for (const [i, item] of value.entries()) this.visit(items, item, itemPlace(place, i));
    } else if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        const below = tree.properties.get(name);
        if (below) this.visit(below, member, memberPlace(place, name, childPath(place.path, name)));
        else if (tree.additional && !propertyOf(tree.schema, name))
          this.visit(tree.additional, member, memberPlace(place, name, `${place.path}[${name}]`));
      }
    }
  }

  #runAll({ rules, schema, type }: RuleTree, value: unknown, place: Place): void {
    if (rules.length === 0) return;
    const at = place.path === "" ? "<nil>" : place.path;
    const self = fromJson(value, type);
    // Messages see the old value only where at least one rule does.
    const isOldSeen = rules.some((each) => each.ok && each.rule.usesOldSelf);
    const old = !isOldSeen || place.old === undefined || place.old === null ? undefined : fromJson(place.old, type);
    for (const compiled of rules) {
      if (this.#over) return;
      if (!compiled.ok) {
        this.errors.push(invalid(at, schema.type ?? "", `rule compile error: ${compiled.problem}`));
        continue;
      }
      const { rule } = compiled;
      const { optionalOldSelf = false } = rule.source;
      if (rule.usesOldSelf && old === undefined && !optionalOldSelf) continue;
      const oldSelf = optionalOldSelf ? (old === undefined ? Optional.NONE : Optional.of(old)) : old;
      const variables = new Map<string, unknown>([
        ["self", self],
        ["oldSelf", oldSelf],
      ]);
      this.#runOne(rule, variables, { at, value, schema, place });
    }
  }

  #runOne(
    rule: Rule,
    variables: ReadonlyMap<string, unknown>,
    { at, value, schema, place }: { at: string; value: unknown; schema: Schema; place: Place },
  ): void {
    const { source, program } = rule;
    const type = schema.type ?? "";
    const message = source.message ? source.message.trim() : undefined;
    const outcome = program.run(variables);
    if (outcome.cost > this.#budget) {
      this.#over = true;
      this.errors.push(
        invalid(
          at,
          type,
          "validation failed due to running out of cost budget, no further validation rules will be run",
        ),
      );
      return;
    }
    this.#budget -= outcome.cost;
    if (!outcome.ok) {
      if (outcome.message.startsWith(OVER_LIMIT)) this.#over = true;
      this.errors.push(invalid(at, type, failureText(outcome.message, message ?? source.rule.trim())));
      return;
    }
    if (outcome.value === true) return;
    const isRatcheted = !rule.usesOldSelf && (place.current ?? place.parent)?.unchanged === true;
    const detail = this.#message(rule.message, variables) ?? message ?? `failed rule: ${source.rule.trim()}`;
    const field = source.fieldPath ? followFieldPath(source.fieldPath, schema, { brackets: true }) : undefined;
    const where = field && "path" in field ? childPath(place.path, field.path) : at;
    const error = errorFor(source, where, { value, type, detail });
    if (isRatcheted) this.ratcheted.push(`${error.path}: ${error.message}`);
    else this.errors.push(error);
  }

  #message(program: Program | undefined, variables: ReadonlyMap<string, unknown>): string | undefined {
    if (!program || (program.references.has("oldSelf") && variables.get("oldSelf") === undefined)) return undefined;
    const outcome = program.run(variables);
    this.#budget -= outcome.cost;
    if (this.#budget < 0) this.#over = true;
    if (!outcome.ok || typeof outcome.value !== "string") return undefined;
    const text = outcome.value.trim();
    return text === "" || text.includes("\n") || text.length > MAX_MESSAGE_BYTES ? undefined : text;
  }
}

function errorFor(
  { reason }: ValidationRule,
  at: string,
  { value, type, detail }: { value: unknown; type: string; detail: string },
): FieldError {
  const hidden = type === "object" || type === "array";
  switch (reason) {
    case "FieldValueForbidden":
      return forbidden(at, detail);
    case "FieldValueRequired":
      return required(at, detail);
    case "FieldValueDuplicate":
      return hidden ? { reason: "FieldValueDuplicate", path: at, message: "Duplicate value" } : duplicate(at, value);
    default:
      return hidden ? invalidWithoutValue(at, detail) : invalid(at, value, detail);
  }
}

const memberPlace = ({ path: above, old, current, parent }: Place, name: string, path: string): Place => {
  const isTypeMeta = above === "" && (name === "kind" || name === "apiVersion");
  return {
    path,
    old: isJsonObject(old) ? ownMember(old, name) : undefined,
    current: isTypeMeta ? undefined : current?.member(name),
    parent: isTypeMeta ? undefined : (current ?? parent),
  };
};

const itemPlace = ({ path, current, parent }: Place, index: number): Place => {
  const item = current?.item(index);
  return { path: `${path}[${index}]`, old: item?.old, current: item, parent: current ?? parent };
};

const OVER_LIMIT = "operation cancelled: actual cost limit exceeded";

function failureText(message: string, rule: string): string {
  if (message.startsWith("no such overload"))
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`;
  if (message.startsWith(OVER_LIMIT))
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
  return `${message} evaluating rule: ${rule}`;
}
