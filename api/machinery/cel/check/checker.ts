/** Type-checks an expression, reporting errors in cel-go's words. */

import type { Library } from "../declaration.ts";
import type { Call, Comprehension, Conditional, Expr, Literal, Select } from "../syntax/ast.ts";
import { type Issue, SyntaxProblem } from "../syntax/issue.ts";
import { nameOf } from "../syntax/qualified-name.ts";
import { resolveCall } from "../syntax/resolve-call.ts";
import { CelError } from "../values/cel-error.ts";
import { isRegex } from "../values/regex.ts";
import {
  BOOL,
  DYN,
  ERROR,
  INT,
  isOptional,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  param,
  parseType,
  partsOf,
  STRING,
  showType,
  TYPE,
  type Type,
} from "../values/type.ts";
import { assign, isOpen, join, joined, resolve } from "./unify.ts";

export interface Scope {
  readonly variables: ReadonlyMap<string, Type>;
  readonly library: Library;
  /** Types that expressions may construct: `Object`, `Object.spec`. */
  readonly structs?: (name: string) => Type | undefined;
  /** Whether `cel.bind` is available. */
  readonly binds?: boolean;
}

export interface Checked {
  readonly type: Type;
  readonly types: ReadonlyMap<Expr, Type>;
  /** Names of variables that the expression uses. */
  readonly references: ReadonlySet<string>;
  readonly issues: readonly Issue[];
}

export function check(expr: Expr, scope: Scope): Checked {
  const checker = new Checker(scope);
  const { types, references, issues } = checker;
  try {
    return { type: checker.typeOf(expr, scope.variables), types, references, issues };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    return { type: ERROR, types, references, issues: [...issues, problem.issue] };
  }
}

/** Including macros, deeper than anything Kubernetes' parser admits; the evaluator recurses equally deep. */
const DEEPEST = 1000;
/** The number of nodes visited: optMap() duplicates its target, so each link in a chain of them doubles the work. */
const MAX_NODES = 200_000;
/** For lists of lists and maps of maps: each step of a chain may double its type. */
const MAX_TYPE_SIZE = 500;

type Variables = ReadonlyMap<string, Type>;

const TYPE_NAMES = new Set(["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"]);

class Checker {
  readonly types = new Map<Expr, Type>();
  readonly references = new Set<string>();
  readonly issues: Issue[] = [];
  #depth = 0;
  #parts = 0;

  constructor(private readonly scope: Scope) {}

  typeOf(expr: Expr, variables: Variables): Type {
    if (++this.#depth > DEEPEST)
      throw new SyntaxProblem({ at: expr.at, message: `expression recursion limit exceeded: ${DEEPEST}` });
    if (++this.#parts > MAX_NODES)
      throw new SyntaxProblem({ at: expr.at, message: `expression has more than ${MAX_NODES} parts` });
    const inferred = this.#infer(expr, variables);
    const type = partsOf(inferred, MAX_TYPE_SIZE) > MAX_TYPE_SIZE ? DYN : inferred;
    this.#depth--;
    this.types.set(expr, type);
    return type;
  }

  #issue(at: number, message: string): Type {
    this.issues.push({ at, message });
    return ERROR;
  }

  #infer(expr: Expr, variables: Variables): Type {
    switch (expr.kind) {
      case "literal":
        return expr.type === "null_type" ? NULL : parseType(expr.type);
      case "ident":
        return (
          this.#ident(expr.name, variables) ??
          this.#issue(expr.at, `undeclared reference to '${expr.name}' (in container '')`)
        );
      case "select":
        return this.#select(expr, variables);
      case "call":
        return this.#call(expr, variables);
      case "logical":
        for (const side of [expr.left, expr.right]) this.#requireLogical(side, variables);
        return BOOL;
      case "conditional":
        return this.#conditional(expr, variables);
      case "list": {
        const elements = expr.elements.map((each, i) =>
          this.#item(each, variables, { optional: expr.optional.has(i) }),
        );
        return listOf(joined(elements));
      }
      case "map": {
        const keys = expr.entries.map(({ key }) => this.typeOf(key, variables));
        const values = expr.entries.map(({ value, optional }) => this.#item(value, variables, { optional }));
        return mapOf(joined(keys), joined(values));
      }
      case "struct":
        return this.#struct(expr, variables);
      case "comprehension":
        return this.#comprehension(expr, variables);
    }
  }

  /** The value that `[?x]`, `{?'a': x}` and `A{?b: x}` take out of an optional, which is all they accept. */
  #item(value: Expr, variables: Variables, { optional }: { readonly optional: boolean }): Type {
    const type = this.typeOf(value, variables);
    if (!optional) return type;
    if (isOptional(type)) return param(type);
    if (!["dyn", "error", "param"].includes(type.kind)) this.#require(value, type, optionalOf(type));
    return type;
  }

  #ident(name: string, variables: Variables): Type | undefined {
    const known = variables.get(name);
    if (known) this.references.add(name);
    return known ?? (TYPE_NAMES.has(name) ? { ...TYPE, params: [parseType(name)] } : undefined);
  }

  #select(expr: Select, variables: Variables): Type {
    const { operand, field, at, testOnly } = expr;
    const qualified = nameOf(expr);
    const known = qualified === undefined ? undefined : variables.get(qualified);
    if (known) {
      this.references.add(qualified ?? "");
      return known;
    }
    const of = this.typeOf(operand, variables);
    const inside = isOptional(of) ? param(of) : of;
    const found = this.#field(inside, field, at);
    if (testOnly) return found === ERROR ? ERROR : BOOL;
    return isOptional(of) && found !== ERROR ? optionalOf(found) : found;
  }

  #field(of: Type, field: string, at: number): Type {
    switch (of.kind) {
      case "dyn":
      case "param":
      case "error":
        return DYN;
      case "map":
        return param(of, 1);
      case "object":
        return of.fields?.get(field) ?? this.#issue(at, `undefined field '${field}'`);
      default:
        return this.#issue(at, `type '${showType(of)}' does not support field selection`);
    }
  }

  #struct(expr: Expr & { kind: "struct" }, variables: Variables): Type {
    const type = this.scope.structs?.(expr.name);
    if (!type) {
      for (const { value } of expr.fields) this.typeOf(value, variables);
      return this.#issue(expr.at, `undeclared reference to '${expr.name}' (in container '')`);
    }
    for (const { name, value, at, optional } of expr.fields) {
      const actual = this.#item(value, variables, { optional });
      const declared = type.fields ? type.fields.get(name) : DYN;
      if (!declared) this.#issue(at, `undefined field '${name}'`);
      else if (!assign(declared, actual, new Map()))
        this.#issue(
          at,
          `expected type of field '${name}' is '${showType(declared)}' but provided type is '${showType(actual)}'`,
        );
    }
    return type;
  }

  #comprehension(expr: Comprehension, variables: Variables): Type {
    const range = this.typeOf(expr.range, variables);
    const accu = this.typeOf(expr.accuInit, variables);
    const two = expr.iterVar2 !== undefined;
    let [first, second]: [Type, Type] = [DYN, DYN];
    if (range.kind === "list") [first, second] = two ? [INT, param(range)] : [param(range), DYN];
    else if (range.kind === "map") [first, second] = [param(range), param(range, 1)];
    else if (range.kind !== "dyn" && range.kind !== "param") {
      [first, second] = [ERROR, ERROR];
      if (range.kind !== "error")
        this.#issue(
          expr.range.at,
          `expression of type '${showType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
    }
    const inner = new Map(variables).set(expr.accuVar, accu).set(expr.iterVar, first);
    if (expr.iterVar2 !== undefined) inner.set(expr.iterVar2, second);
    this.#require(expr.condition, this.typeOf(expr.condition, inner), BOOL);
    const step = this.typeOf(expr.step, inner);
    // The type of an initially empty list or map is that of what is added to it.
    const result = isOpen(accu) ? step : accu;
    return this.typeOf(expr.result, new Map(variables).set(expr.accuVar, result));
  }

  #require(expr: Expr, actual: Type, expected: Type): void {
    if (!assign(expected, actual, new Map()))
      this.#issue(expr.at, `expected type '${showType(expected)}' but found '${showType(actual)}'`);
  }

  #call(expr: Call, variables: Variables): Type {
    const { library } = this.scope;
    const { name, isMember, operands } = resolveCall(expr, library, (known) => variables.has(known));
    if (name === "_?._") return this.#optionalSelect(expr, variables);
    const types = operands.map((each) => this.typeOf(each, variables));
    const overloads = library.get(name);
    if (!overloads) return this.#issue(expr.at, `undeclared reference to '${name}' (in container '')`);
    const result = resolve(overloads, types, isMember);
    if (!result) {
      const shown = types.map(showType);
      const applied = isMember ? `${shown[0]}.(${shown.slice(1).join(", ")})` : `(${shown.join(", ")})`;
      return this.#issue(expr.at, `found no matching overload for '${name}' applied to '${applied}'`);
    }
    this.#checkLiterals(name, operands);
    return result;
  }

  /** What cel-go's validators check: literal patterns, times and durations. */
  #checkLiterals(name: string, args: readonly Expr[]): void {
    const last = args.at(-1);
    if (last?.kind !== "literal") return;
    const { at, value } = last;
    if (name === "matches" && typeof value === "string" && !isRegex(value)) this.#issue(at, `invalid ${name} argument`);
    if ((name === "duration" || name === "timestamp") && args.length === 1 && !this.#reads(name, last))
      this.#issue(at, `invalid ${name} argument`);
  }

  #reads(name: string, { type, value }: Literal): boolean {
    const reader = this.scope.library.get(name)?.find(({ params }) => params[0]?.kind === type);
    try {
      (reader?.call as ((value: unknown) => unknown) | undefined)?.(value);
      return true;
    } catch (problem) {
      if (problem instanceof CelError) return false;
      throw problem;
    }
  }

  #requireLogical(side: Expr, variables: Variables): void {
    const type = this.typeOf(side, variables);
    if (type !== ERROR) this.#require(side, type, BOOL);
  }

  #conditional(expr: Conditional, variables: Variables): Type {
    const condition = this.typeOf(expr.condition, variables);
    const yes = this.typeOf(expr.yes, variables);
    const no = this.typeOf(expr.no, variables);
    const types = [condition, yes, no];
    if (types.includes(ERROR)) return ERROR;
    const result = join(yes, no);
    if (!assign(BOOL, condition, new Map()) || !result)
      return this.#issue(
        expr.at,
        `found no matching overload for '_?_:_' applied to '(${types.map(showType).join(", ")})'`,
      );
    return result;
  }

  #optionalSelect({ args, at }: Call, variables: Variables): Type {
    const [operand, name] = args as [Expr, Expr & { kind: "literal" }];
    const of = this.typeOf(operand, variables);
    this.types.set(name, STRING);
    const found = this.#field(isOptional(of) ? param(of) : of, String(name.value), at);
    return optionalOf(isOptional(found) ? param(found) : found);
  }
}
