/** Evaluates a checked expression and counts its cost (cel-go's interpreter and runtimecost.go). */

import { type Library, noSuchOverload, type Overload } from "../declaration.ts";
import type {
  Call,
  Comprehension,
  Conditional,
  Expr,
  ListExpr,
  Logical,
  MapExpr,
  Select,
  StructExpr,
} from "../syntax/ast.ts";
import { nameOf } from "../syntax/qualified-name.ts";
import { resolveCall } from "../syntax/resolve-call.ts";
import { parseType } from "../values/type.ts";
import { CelError, type CelMap, isCelMap, Optional, PlainMap, TypeValue, Uint } from "../values/values.ts";
import { withinWork, workOnItems } from "../values/work.ts";
import { canHold, hasNone, memberOf, noneIn, optionalMember } from "./members.ts";
import { isAttribute, isConstant } from "./planned.ts";
import { BY_RESULT, BY_TYPE, runCost } from "./run-cost.ts";

export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly cost: number }
  | { readonly ok: false; readonly message: string; readonly cost: number };

export interface Run {
  readonly variables: ReadonlyMap<string, unknown>;
  readonly library: Library;
  /** Whether the types of its arguments leave a call one of these overloads. */
  readonly isResolved: (call: Call, overloads: readonly Overload[], args: readonly Expr[]) => boolean;
  /** Evaluation is aborted beyond this cost. */
  readonly limit: number;
}

export function evaluate(expr: Expr, run: Run): Outcome {
  const evaluator = new Evaluator(run);
  let worked = 0;
  const toOutcome = (outcome: { ok: true; value: unknown } | { ok: false; message: string }): Outcome => ({
    ...outcome,
    cost: Math.max(evaluator.cost, worked),
  });
  try {
    const value = withinWork(
      () => evaluator.value(expr, run.variables),
      (cost) => {
        worked = cost;
      },
    );
    return toOutcome({ ok: true, value });
  } catch (problem) {
    if (problem instanceof CostExceeded)
      return toOutcome({ ok: false, message: "operation cancelled: actual cost limit exceeded" });
    // The platform's own limits on strings, arrays and recursion surface as RangeErrors.
    if (problem instanceof CelError || problem instanceof RangeError)
      return toOutcome({ ok: false, message: problem.message });
    throw problem;
  }
}

class CostExceeded extends Error {}

type Variables = ReadonlyMap<string, unknown>;

class Evaluator {
  cost = 0;

  constructor(private readonly run: Run) {}

  #pay(cost: number): void {
    this.cost += cost;
    if (this.cost > this.run.limit) throw new CostExceeded();
  }

  value(expr: Expr, variables: Variables): unknown {
    if (expr.kind === "literal" || !isConstant(expr)) return this.#valueOf(expr, variables);
    const { cost } = this;
    const value = this.#valueOf(expr, variables);
    this.cost = cost;
    return value;
  }

  #valueOf(expr: Expr, variables: Variables): unknown {
    switch (expr.kind) {
      case "literal":
        return expr.type === "uint" ? new Uint(expr.value as bigint) : expr.value;
      case "ident":
        return this.#ident(expr.name, variables);
      case "select":
        return this.#select(expr, variables);
      case "call":
        return this.#call(expr, variables);
      case "logical":
        return this.#logical(expr, variables);
      case "conditional":
        return this.#within(this.#chosen(expr, variables), variables);
      case "list":
        return this.#list(expr, variables);
      case "map":
        return this.#map(expr, variables);
      case "struct":
        return this.#struct(expr, variables);
      case "comprehension":
        return this.#comprehension(expr, variables);
    }
  }

  #ident(name: string, variables: Variables): unknown {
    if (!variables.has(name)) {
      if (/^(int|uint|double|bool|string|bytes|list|map|null_type|type)$/.test(name))
        return new TypeValue(parseType(name));
      throw new CelError(`no such attribute(s): ${name}`);
    }
    this.#pay(1);
    const value = variables.get(name);
    // A variable that is computed on first use.
    const known = typeof value === "function" ? (value as () => unknown)() : value;
    if (known instanceof CelError) throw known;
    return known;
  }

  #select(expr: Select, variables: Variables): unknown {
    const { operand, field, testOnly } = expr;
    const qualified = nameOf(expr);
    if (qualified !== undefined && variables.has(qualified)) return this.#ident(qualified, variables);
    const of = this.#root(operand, variables);
    if (!testOnly) this.#pay(1);
    const inside = of instanceof Optional ? of.value : of;
    if (of instanceof Optional && !of.isThere) return testOnly ? false : Optional.NONE;
    if (!isCelMap(inside)) {
      if (testOnly || of instanceof Optional) return testOnly ? hasNone(inside) : Optional.NONE;
      throw noneIn(inside, field);
    }
    if (testOnly) return inside.has(field);
    if (of instanceof Optional) return inside.has(field) ? Optional.of(inside.get(field)) : Optional.NONE;
    return memberOf(inside, field);
  }

  /** The beginning of a chain of fields and items, which costs one if it is not a name. */
  #root(expr: Expr, variables: Variables): unknown {
    const value = this.value(expr, variables);
    if (!isAttribute(expr)) this.#pay(1);
    return value;
  }

  /** An attribute within another one, or in place of it, is resolved along with that. */
  #within(expr: Expr, variables: Variables): unknown {
    const value = this.value(expr, variables);
    if (isAttribute(expr)) this.#pay(-1);
    return value;
  }

  #list({ elements, optional }: ListExpr, variables: Variables): unknown[] {
    const list = elements.flatMap((each, i) => this.#given(each, variables, { optional: optional.has(i) }));
    this.#pay(10);
    return list;
  }

  #map({ entries }: MapExpr, variables: Variables): CelMap {
    const made = entries.flatMap(({ key, value, optional }) => {
      const name = this.value(key, variables);
      return this.#given(value, variables, { optional }).map((given) => [name, given] as const);
    });
    this.#pay(30);
    return new PlainMap(made);
  }

  #struct({ name: typeName, fields }: StructExpr, variables: Variables): CelMap {
    const made = fields.flatMap(({ name, value, optional }) =>
      this.#given(value, variables, { optional }).map((given) => [name, given] as const),
    );
    this.#pay(40);
    return new PlainMap(made, typeName);
  }

  /** The value of an element, entry or field, unless it is optional and has none. */
  #given(expr: Expr, variables: Variables, { optional }: { readonly optional: boolean }): readonly unknown[] {
    const value = this.value(expr, variables);
    if (!optional) return [value];
    return value instanceof Optional && value.isThere ? [value.value] : [];
  }

  #comprehension(expr: Comprehension, variables: Variables): unknown {
    const range = this.value(expr.range, variables);
    const scope = new Map(variables);
    scope.set(expr.accuVar, this.value(expr.accuInit, variables));
    const isMap = isCelMap(range);
    if (!isMap && !Array.isArray(range)) throw noSuchOverload();
    if (isMap) workOnItems(range.size);
    const items: readonly unknown[] = isMap ? range.keys() : range;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (expr.iterVar2 === undefined) scope.set(expr.iterVar, item);
      else {
        scope.set(expr.iterVar, isMap ? item : BigInt(i));
        scope.set(expr.iterVar2, isMap ? range.get(item) : item);
      }
      if (this.#try(expr.condition, scope) === false) break;
      scope.set(expr.accuVar, this.#step(expr.step, expr.accuVar, scope));
    }
    const result = new Map(variables).set(expr.accuVar, scope.get(expr.accuVar));
    return this.value(expr.result, result);
  }

  /** all() and exists() carry an error along, since a later item may decide without it. */
  #step(step: Expr, accuVar: string, scope: Variables): unknown {
    if (step.kind === "logical") return this.#try(step, scope);
    if (step.kind === "conditional") {
      const chosen = this.#chosen(step, scope);
      return isAttribute(chosen) ? this.#within(chosen, scope) : this.#step(chosen, accuVar, scope);
    }
    if (step.kind !== "call") return this.value(step, scope);
    const { name, args } = step;
    const [first, second] = args;
    const isAppending = name === "_+_" && first?.kind === "ident" && first.name === accuVar && second?.kind === "list";
    return isAppending ? this.#append(accuVar, second, scope) : this.value(step, scope);
  }

  /**
   * While map() and filter() build a list, nobody else has it, so it is extended in place: copying it each time would
   * be quadratic.
   */
  #append(accuVar: string, added: ListExpr, scope: Variables): unknown {
    const list = this.#ident(accuVar, scope);
    const items = this.value(added, scope);
    if (!Array.isArray(list) || !Array.isArray(items)) throw noSuchOverload();
    this.#pay(1);
    for (const item of items as unknown[]) list.push(item);
    return list;
  }

  #try(expr: Expr, variables: Variables): unknown {
    try {
      return this.value(expr, variables);
    } catch (problem) {
      if (problem instanceof CelError) return problem;
      throw problem;
    }
  }

  #call(expr: Call, variables: Variables): unknown {
    if (expr.name === "@not_strictly_false") {
      const value = this.#try(expr.args[0] as Expr, variables);
      this.#pay(1);
      return value instanceof CelError ? true : value !== false;
    }
    if (expr.name === "_[_]") return this.#item(expr, variables);
    const { name, isMember, operands } = resolveCall(expr, this.run.library, (known) => variables.has(known));
    const values = operands.map((each) => this.value(each, variables));
    if (name === "_?._") {
      this.#pay(1);
      return optionalMember(values);
    }
    const overloads = (this.run.library.get(name) ?? []).filter((each) => each.isMember === isMember);
    const overload = fitting(overloads, values);
    if (!overload) {
      this.#pay(1);
      throw noSuchOverload();
    }
    const { cost } = overload;
    const isKnown = !BY_TYPE.has(cost) || this.run.isResolved(expr, overloads, operands);
    if (!BY_RESULT.has(cost)) this.#pay(isKnown ? runCost(cost, values) : 1);
    const result = (overload.call as (...args: unknown[]) => unknown)(...values);
    if (BY_RESULT.has(cost)) this.#pay(runCost(cost, values, result));
    return result;
  }

  #item({ args: [from, at] }: Call, variables: Variables): unknown {
    const values = [this.#root(from as Expr, variables), this.#within(at as Expr, variables)];
    if (!canHold(values[0])) throw noneIn(values[0], values[1]);
    this.#pay(1);
    const overload = fitting(this.run.library.get("_[_]") ?? [], values);
    if (!overload) throw noSuchOverload();
    return (overload.call as (...args: unknown[]) => unknown)(...values);
  }

  #chosen({ condition, yes, no }: Conditional, variables: Variables): Expr {
    const value = this.value(condition, variables);
    if (typeof value !== "boolean") throw noSuchOverload();
    return value ? yes : no;
  }

  /** Either side may decide, even if the other one is an error. */
  #logical(expr: Logical, variables: Variables): unknown {
    const decisive = expr.operator === "||";
    const left = this.#try(expr.left, variables);
    if (left === decisive) return decisive;
    const right = this.#try(expr.right, variables);
    if (right === decisive) return decisive;
    for (const side of [left, right]) {
      if (side instanceof CelError) throw side;
      if (typeof side !== "boolean") throw noSuchOverload();
    }
    return !decisive;
  }
}

const fitting = (overloads: readonly Overload[], values: readonly unknown[]) =>
  overloads.find((each) => each.accepts(values));
