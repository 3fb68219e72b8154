/** Checks the rules in a definition's schema: whether they compile, and whether they may cost too much. */
import type { ValidationRule } from "../../../generated/apiextensions.v1.ts";
import { type FieldError, forbidden, invalid } from "../../field-error.ts";
import { additionalOf, itemsOf, type Schema } from "../../structural/json-walk.ts";
import { UNBOUNDED } from "../cost/estimate.ts";
import { MAX_REQUEST_BYTES, typeOfSchema } from "../scopes/schema-type.ts";
import type { Type } from "../values/type.ts";
import { compileRule } from "./rule.ts";

const RULE_LIMIT = 10_000_000;
const SCHEMA_LIMIT = 100_000_000;
const HINT =
  "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

interface Context {
  readonly path: string;
  readonly isRoot: boolean;
  /** The maximum number of values of the schema in an object; undefined if it is unbounded. */
  readonly cardinality: number | undefined;
  /** The list whose items cannot be correlated with old ones. */
  readonly uncorrelated?: string;
}

export interface RuleCheck {
  /** The errors of the schema itself: rules of an invalid schema are not checked. */
  readonly found: readonly FieldError[];
  /** It was accepted before: then its rules may cost what they do, even if estimates have changed. */
  readonly isStored?: boolean;
}

export function ruleErrors(schema: Schema, path: string, check: RuleCheck): FieldError[] {
  const checker = new RuleChecker(check);
  checker.visit(schema, { path, isRoot: true, cardinality: 1 });
  return [...checker.errors, ...checker.totalErrors(path)];
}

class RuleChecker {
  readonly errors: FieldError[] = [];
  #total = 0;
  #expensive: { readonly path: string; readonly cost: number }[] = [];

  readonly #found: readonly FieldError[];
  readonly #isStored: boolean;

  constructor({ found, isStored = false }: RuleCheck) {
    this.#found = found;
    this.#isStored = isStored;
  }

  visit(schema: Schema, context: Context): void {
    const { path } = context;
    const next = nextCardinality(schema, context.cardinality);
    const additional = additionalOf(schema);
    if (additional) this.visit(additional, contextBelow(context, "additionalProperties", next));
    for (const [name, property] of Object.entries(schema.properties ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      this.visit(property, contextBelow(context, `properties[${name}]`, next));
    const items = itemsOf(schema);
    const keyed = schema["x-kubernetes-list-type"] === "map";
    if (items)
      this.visit(items, {
        ...contextBelow(context, "items", next),
        ...(keyed ? {} : { uncorrelated: context.uncorrelated ?? path }),
      });
    const rules = schema["x-kubernetes-validations"] ?? [];
    if (rules.length === 0 || this.#found.some((error) => error.path.startsWith(path))) return;
    const type = typeOfSchema(schema, context.isRoot || schema["x-kubernetes-embedded-resource"] === true);
    if (!type) {
      this.errors.push({
        reason: "InternalError",
        path: `${path}.x-kubernetes-validations`,
        message:
          "Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations",
      });
      return;
    }
    rules.forEach((rule, i) => {
      this.#checkRule(rule, type, { ...context, path: `${path}.x-kubernetes-validations[${i}]` });
    });
  }

  #checkRule(source: ValidationRule, type: Type, { path, cardinality, uncorrelated }: Context): void {
    const compiled = compileRule(source, type);
    if (!compiled.ok) {
      this.errors.push(invalid(`${path}.rule`, printed(source), compiled.problem), ...withoutOldSelf(source, path));
      return;
    }
    const { rule, messageProblem } = compiled;
    const most = cardinality ?? Math.floor(MAX_REQUEST_BYTES / ((type.minSize ?? 0) + 1));
    this.#spend(`${path}.rule`, "estimated rule cost", Math.min(rule.program.estimate() * most, UNBOUNDED));
    if (messageProblem !== undefined)
      this.errors.push(invalid(`${path}.messageExpression`, printed(source), messageProblem));
    else if (rule.message)
      this.#spend(`${path}.messageExpression`, "estimated messageExpression cost", rule.message.estimate());
    if (rule.usesOldSelf) {
      if (uncorrelated !== undefined)
        this.errors.push(
          invalid(
            `${path}.rule`,
            source.rule,
            `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`,
          ),
        );
    } else this.errors.push(...withoutOldSelf(source, path));
  }

  #spend(path: string, what: string, cost: number): void {
    if (cost > RULE_LIMIT && !this.#isStored) this.errors.push(forbidden(path, tooExpensive(what, cost, RULE_LIMIT)));
    this.#total = Math.min(this.#total + cost, UNBOUNDED);
    if (cost < SCHEMA_LIMIT / 100) return;
    this.#expensive = [...this.#expensive, { path, cost }].toSorted((a, b) => b.cost - a.cost).slice(0, 4);
  }

  totalErrors(path: string): FieldError[] {
    if (this.#total <= SCHEMA_LIMIT) return [];
    const detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
    const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return [
      ...this.#expensive.map((each) => forbidden(each.path, detail)),
      forbidden(path, tooExpensive(what, this.#total, SCHEMA_LIMIT)),
    ];
  }
}

/** For a rule without it, including one that could not be parsed. */
const withoutOldSelf = ({ optionalOldSelf }: ValidationRule, path: string): FieldError[] =>
  optionalOldSelf === undefined
    ? []
    : [invalid(`${path}.optionalOldSelf`, optionalOldSelf, "may not be set if oldSelf is not used in rule")];

const contextBelow = (context: Context, name: string, cardinality: number | undefined): Context => ({
  ...context,
  path: `${context.path}.${name}`,
  isRoot: false,
  cardinality,
});

function nextCardinality(schema: Schema, cardinality: number | undefined): number | undefined {
  const own =
    schema.type === "array"
      ? schema.maxItems
      : schema.type === "object" && schema.additionalProperties !== undefined
        ? schema.maxProperties
        : 1;
  return cardinality === undefined || own === undefined ? undefined : Math.min(cardinality * own, UNBOUNDED);
}

function tooExpensive(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? "more than 100x" : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} ${HINT}`;
}

/** Kubernetes prints its internal type here. */
const printed = (rule: ValidationRule) => ({
  Rule: rule.rule,
  Message: rule.message ?? "",
  MessageExpression: rule.messageExpression ?? "",
  Reason: rule.reason ?? null,
  FieldPath: rule.fieldPath ?? "",
  OptionalOldSelf: rule.optionalOldSelf ?? null,
});
