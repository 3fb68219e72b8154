/** Evaluates a checked expression and counts its cost (cel-go's interpreter and runtimecost.go). */

import { type Library, noSuchOverload, type Overload } from "../declaration.ts";
import type { Call, Comprehension, Expr, ListExpr, MapExpr, Select, StructExpr } from "../syntax/ast.ts";
import { nameOf } from "../syntax/qualified-name.ts";
import { parseType } from "../values/type.ts";
import { CelError, type CelMap, isCelMap, Optional, PlainMap, TypeValue, Uint } from "../values/values.ts";
import { withinWork, workOnItems } from "../values/work.ts";
import { runCost } from "./run-cost.ts";

export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly cost: number }
  | { readonly ok: false; readonly message: string; readonly cost: number };

export interface Run {
  readonly variables: ReadonlyMap<string, unknown>;
  readonly library: Library;
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
    switch (expr.kind) {
      case "literal":
        return expr.type === "uint" ? new Uint(expr.value as bigint) : expr.value;
      case "ident":
        return this.#ident(expr.name, variables);
      case "select":
        return this.#select(expr, variables);
      case "call":
        return this.#call(expr, variables);
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
    this.#pay(1);
    if (!variables.has(name)) {
      if (/^(int|uint|double|bool|string|bytes|list|map|null_type|type)$/.test(name))
        return new TypeValue(parseType(name));
      throw new CelError(`no such attribute(s): ${name}`);
    }
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
    const of = this.value(operand, variables);
    this.#pay(1);
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

  #list({ elements, optional }: ListExpr, variables: Variables): unknown[] {
    const list: unknown[] = [];
    elements.forEach((each, i) => {
      const value = this.value(each, variables);
      if (!optional.has(i)) list.push(value);
      else if (value instanceof Optional && value.isThere) list.push(value.value);
    });
    this.#pay(10);
    return list;
  }

  #map({ entries }: MapExpr, variables: Variables): CelMap {
    const made: [unknown, unknown][] = [];
    for (const { key, value, optional } of entries) {
      const name = this.value(key, variables);
      const given = this.value(value, variables);
      if (!optional) made.push([name, given]);
      else if (given instanceof Optional && given.isThere) made.push([name, given.value]);
    }
    this.#pay(30);
    return new PlainMap(made);
  }

  #struct({ name: typeName, fields }: StructExpr, variables: Variables): CelMap {
    const made: [unknown, unknown][] = [];
    for (const { name, value, optional } of fields) {
      const given = this.value(value, variables);
      if (!optional) made.push([name, given]);
      else if (given instanceof Optional && given.isThere) made.push([name, given.value]);
    }
    this.#pay(40);
    return new PlainMap(made, typeName);
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
    if (step.kind !== "call") return this.value(step, scope);
    const { name, args } = step;
    if (name === "_&&_" || name === "_||_") return this.#try(step, scope);
    const [first, second, third] = args;
    if (name === "_?_:_" && first && second && third) {
      const condition = this.value(first, scope);
      if (typeof condition !== "boolean") throw noSuchOverload();
      return this.#step(condition ? second : third, accuVar, scope);
    }
    const isAppending = name === "_+_" && first?.kind === "ident" && first.name === accuVar && second?.kind === "list";
    return isAppending ? this.#append(accuVar, second, scope) : this.value(step, scope);
  }

  /**
   * While map() and filter() build a list, nobody else has it, so it is extended in place: copying it each time would
   * be quadratic.
   */
  #append(accuVar: string, added: ListExpr, scope: Variables): unknown {
    const list = this.#ident(accuVar, scope);
    const items = this.#list(added, scope);
    if (!Array.isArray(list)) throw noSuchOverload();
    this.#pay(1);
    for (const item of items) list.push(item);
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
    const { name, args, target } = expr;
    if (name === "_&&_" || name === "_||_") return this.#logical(name === "_||_", args, variables);
    if (name === "_?_:_") {
      const condition = this.value(args[0] as Expr, variables);
      if (typeof condition !== "boolean") throw noSuchOverload();
      return this.value(args[condition ? 1 : 2] as Expr, variables);
    }
    if (name === "@not_strictly_false") {
      const value = this.#try(args[0] as Expr, variables);
      return value instanceof CelError ? true : value !== false;
    }
    const space = target && nameOf(target);
    const spaced =
      space === undefined || variables.has(space.split(".")[0] ?? "")
        ? undefined
        : this.run.library.get(`${space}.${name}`);
    const of = target && !spaced ? [target] : [];
    const values = [...of, ...args].map((each) => this.value(each, variables));
    if (name === "_?._") return this.#optionalSelect(values);
    if (name === "_[_]" && !canHold(values[0])) throw noneIn(values[0], values[1]);
    return this.#apply(spaced ?? this.run.library.get(name) ?? [], values, of.length > 0);
  }

  #apply(overloads: readonly Overload[], values: readonly unknown[], isMember: boolean): unknown {
    const overload = overloads.find((each) => each.isMember === isMember && each.accepts(values));
    if (!overload) {
      this.#pay(1);
      throw noSuchOverload();
    }
    this.#pay(runCost(overload.cost, values));
    return (overload.call as (...args: unknown[]) => unknown)(...values);
  }

  #optionalSelect([of, field]: readonly unknown[]): Optional {
    this.#pay(1);
    const inside = of instanceof Optional ? of.value : of;
    if (of instanceof Optional && !of.isThere) return Optional.NONE;
    if (!isCelMap(inside) || !inside.has(field)) return Optional.NONE;
    const value = inside.get(field);
    return value instanceof Optional ? value : Optional.of(value);
  }

  /** Either side may decide, even if the other one is an error. */
  #logical(decisive: boolean, args: readonly Expr[], variables: Variables): unknown {
    const left = this.#try(args[0] as Expr, variables);
    if (left === decisive) return decisive;
    const right = this.#try(args[1] as Expr, variables);
    if (right === decisive) return decisive;
    for (const side of [left, right]) {
      if (side instanceof CelError) throw side;
      if (typeof side !== "boolean") throw noSuchOverload();
    }
    return !decisive;
  }
}

/** A value that cannot have members, such as null, lacks the member, and asking for it is an error. */
function noneIn(value: unknown, key: unknown): CelError {
  if (Array.isArray(value)) return new CelError("unsupported index type 'string' in list");
  return new CelError(`no such key: ${String(key)}`);
}

const canHold = (value: unknown): boolean => isCelMap(value) || Array.isArray(value) || value instanceof Optional;

function hasNone(value: unknown): false {
  if (Array.isArray(value)) throw noneIn(value, "");
  return false;
}

function memberOf(map: CelMap, field: string): unknown {
  const value = map.get(field);
  if (value === undefined && !map.has(field)) throw new CelError(`no such key: ${field}`);
  return value;
}
