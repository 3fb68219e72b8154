/** The errors that cel-go finds in calls with literal arguments, before anything is run. */

import type { Library } from "../declaration.ts";
import { evaluate } from "../run/evaluate.ts";
import { type Call, type Expr, partsOf } from "../syntax/ast.ts";
import type { Issue } from "../syntax/issue.ts";
import { type Clause, partsOfFormat, unfitTypeProblem } from "../values/format-clauses.ts";
import { patternProblem } from "../values/regex.ts";
import type { Type } from "../values/type.ts";

/** All subexpressions, innermost first. */
function* inward(expr: Expr): Generator<Expr> {
  for (const part of partsOf(expr)) yield* inward(part);
  yield expr;
}

/** A literal format string with literal values: each value must have a type that its clause accepts. */
export function formatIssues(expr: Expr, types: ReadonlyMap<Expr, Type>): Issue[] {
  const issues: Issue[] = [];
  for (const call of inward(expr)) {
    if (call.kind !== "call" || call.name !== "format" || call.args.length !== 1) continue;
    const { target, args } = call;
    const [values] = args;
    if (target?.kind !== "literal" || typeof target.value !== "string" || values?.kind !== "list") continue;
    const issue = formatIssue(call, { format: target.value, values: values.elements, types });
    if (issue) issues.push(issue);
  }
  return issues;
}

interface Format {
  readonly format: string;
  readonly values: readonly Expr[];
  readonly types: ReadonlyMap<Expr, Type>;
}

function formatIssue({ at }: Call, { format, values, types }: Format): Issue | undefined {
  let taken = 0;
  for (const part of partsOfFormat(format, values.length)) {
    if (part.kind === "problem") return { at, message: part.message };
    if (part.kind === "text") continue;
    const value = values[taken++];
    const wrong = value && unfitPart(part.clause.verb, value, types);
    if (wrong) return { at: wrong.at, message: unfitTypeProblem(part.clause.verb, typeName(types.get(wrong))) };
  }
  if (values.length <= taken) return undefined;
  return { at, message: `too many arguments supplied to string.format (expected ${taken}, got ${values.length})` };
}

const TEXTS = ["list", "map", "int", "uint", "double", "bool", "string", "bytes", "type", "null_type"];
const FITTING: Readonly<Record<Clause["verb"], readonly string[]>> = {
  s: [...TEXTS, "google.protobuf.Timestamp", "google.protobuf.Duration"],
  d: ["int", "uint"],
  f: ["double", "string"],
  e: ["double", "string"],
  b: ["int", "uint", "bool"],
  x: ["int", "uint", "string", "bytes"],
  X: ["int", "uint", "string", "bytes"],
  o: ["int", "uint"],
};

/** The value, or the part of it, that the clause does not accept. */
function unfitPart(verb: Clause["verb"], value: Expr, types: ReadonlyMap<Expr, Type>): Expr | undefined {
  const type = types.get(value);
  if (type && type.kind !== "dyn" && type.kind !== "param" && !FITTING[verb].includes(typeName(type))) return value;
  if (verb !== "s" || (value.kind !== "list" && value.kind !== "map")) return undefined;
  for (const part of partsOf(value)) {
    const wrong = unfitPart(verb, part, types);
    if (wrong) return wrong;
  }
  return undefined;
}

const RUN_TIME_NAMES: Readonly<Record<string, string>> = {
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
};

function typeName(type: Type | undefined): string {
  if (type?.kind !== "opaque" && type?.kind !== "object") return type?.kind ?? "dyn";
  return RUN_TIME_NAMES[type.name ?? ""] ?? type.name ?? "";
}

/** Conversions of literals are evaluated at once, and literal patterns compiled: failures are reported here. */
export function constantProblem(expr: Expr, library: Library): string | undefined {
  for (const each of inward(expr)) {
    if (each.kind !== "call") continue;
    const problem = isConversion(each)
      ? conversionProblem(each, library)
      : SEARCHES.has(each.name)
        ? searchProblem(each)
        : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const CONVERSIONS: ReadonlySet<string> = new Set("bool bytes double duration dyn int string timestamp uint".split(" "));
const SEARCHES: ReadonlySet<string> = new Set(["find", "findAll"]);

const isConversion = ({ name, target, args }: Call): boolean => !target && args.length === 1 && CONVERSIONS.has(name);

const isConstant = (expr: Expr): boolean =>
  expr.kind === "literal" || (expr.kind === "call" && isConversion(expr) && expr.args.every(isConstant));

const CONVERSION_LIMIT = 1_000_000;

function conversionProblem(call: Call, library: Library): string | undefined {
  if (!isConstant(call)) return undefined;
  const made = evaluate(call, { variables: new Map(), library, isResolved: () => true, limit: CONVERSION_LIMIT });
  if (made.ok) return undefined;
  const [of] = call.args;
  // The missing overload is reported.
  const isNull = of?.kind === "literal" && of.value === null;
  return isNull ? `${made.message}: ${call.name}(null_type)` : made.message;
}

function searchProblem({ args }: Call): string | undefined {
  const [pattern] = args;
  return pattern?.kind === "literal" && typeof pattern.value === "string" ? patternProblem(pattern.value) : undefined;
}
