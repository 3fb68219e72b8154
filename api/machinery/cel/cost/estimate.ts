/** The maximum cost of an expression, from the sizes that its types allow (cel-go's checker/cost.go). */

import type { Library } from "../declaration.ts";
import type { Call, Comprehension, Expr } from "../syntax/ast.ts";
import { ACCU } from "../syntax/macros.ts";
import { resolveCall } from "../syntax/resolve-call.ts";
import { DYN, isOptional, param, type Type } from "../values/type.ts";
import type { Argument } from "./call-estimate.ts";
import { either, fixed, plus, type Range, times, UNBOUNDED, UNKNOWN } from "./cost-range.ts";
import { estimateCall } from "./estimate-call.ts";

export { UNBOUNDED };

/** Sizes of the contents of a list or map built by an expression. */
interface EntrySize {
  readonly kind: "list" | "map";
  readonly key: Range;
  readonly value: Range;
}

/** What is known about an expression. */
interface Known {
  readonly type: Type;
  /** Where its value comes from: names below the root, `@items`, `@keys`, `@values`; empty if it is computed. */
  readonly path: readonly string[];
  /** For computed values. */
  readonly size?: Range | undefined;
  readonly entries?: EntrySize | undefined;
  /** The size of a contained variable, as a fallback. */
  readonly variableSize?: Range | undefined;
}

interface Estimate extends Known {
  readonly cost: Range;
}

type Variables = ReadonlyMap<string, Omit<Known, "size">>;

export interface EstimateScope {
  readonly variables: ReadonlyMap<string, Type>;
  readonly library: Library;
  readonly types: ReadonlyMap<Expr, Type>;
}

export const estimateCost = (expr: Expr, scope: EstimateScope): number =>
  new Estimator(scope).of(expr, new Map()).cost.max;

const ONE = fixed(1);
const FREE = fixed(0);
const SCALARS: ReadonlySet<string> = new Set(["int", "uint", "double", "bool"]);
const SCALAR_OBJECTS: ReadonlySet<string> = new Set(["timestamp", "duration"]);

function isScalar(type: Type): boolean {
  if (isOptional(type)) return isScalar(param(type));
  return SCALARS.has(type.kind) || (type.kind === "opaque" && SCALAR_OBJECTS.has(type.name ?? ""));
}

class Estimator {
  readonly #scope: EstimateScope;
  readonly #root: Type;

  constructor(scope: EstimateScope) {
    this.#scope = scope;
    this.#root = scope.variables.get("self") ?? DYN;
  }

  #typeOf(expr: Expr): Type {
    return this.#scope.types.get(expr) ?? DYN;
  }

  of(expr: Expr, variables: Variables): Estimate {
    const type = this.#typeOf(expr);
    switch (expr.kind) {
      case "literal":
        return { type, path: [], cost: FREE, size: fixed(literalSize(expr.value)) };
      case "ident":
        return { type, path: [expr.name], ...variables.get(expr.name), cost: ONE };
      case "select": {
        const operand = this.of(expr.operand, variables);
        if (expr.testOnly) return { type, path: [], cost: operand.cost };
        const { kind } = operand.type;
        const own = kind === "map" || kind === "object" || kind === "param" ? ONE : FREE;
        return { type, path: [...operand.path, expr.field], cost: plus(operand.cost, own) };
      }
      case "list": {
        const parts = expr.elements.map((each) => this.of(each, variables));
        const entries: EntrySize = { kind: "list", key: ONE, value: this.#unionOf(parts) };
        return { type, path: [], cost: plus(fixed(10), ...costs(parts)), size: fixed(parts.length), entries };
      }
      case "map": {
        const keys = expr.entries.map(({ key }) => this.of(key, variables));
        const values = expr.entries.map(({ value }) => this.of(value, variables));
        const entries: EntrySize = { kind: "map", key: this.#unionOf(keys), value: this.#unionOf(values) };
        const cost = plus(fixed(30), ...costs(keys), ...costs(values));
        return { type, path: [], cost, size: fixed(keys.length), entries };
      }
      case "struct": {
        const parts = expr.fields.map(({ value }) => this.of(value, variables));
        return { type, path: [], cost: plus(fixed(40), ...costs(parts)) };
      }
      case "comprehension":
        return isBinding(expr) ? this.#binding(expr, variables) : this.#comprehension(expr, variables);
      case "call":
        return this.#call(expr, variables);
      case "logical": {
        const [left, right] = [this.of(expr.left, variables), this.of(expr.right, variables)];
        return { type, path: [], cost: { min: left.cost.min, max: plus(left.cost, right.cost).max } };
      }
      case "conditional": {
        const condition = this.of(expr.condition, variables);
        const [yes, no] = [this.of(expr.yes, variables), this.of(expr.no, variables)];
        return {
          type,
          path: [],
          cost: plus(condition.cost, either(yes.cost, no.cost)),
          size: either(this.#sizeOrUnknown(yes), this.#sizeOrUnknown(no)),
          entries: unionOfEntries(yes.entries, no.entries),
        };
      }
    }
  }

  /** Undefined if nothing is known. */
  #sizeOf({ size, path, type, variableSize }: Known): Range | undefined {
    if (size) return size;
    const declared = this.#declaredAt(path);
    if (declared) return { min: 0, max: declared.kind === "object" ? 0 : (declared.max ?? 0) };
    return isScalar(type) ? ONE : variableSize;
  }

  #sizeOrUnknown(known: Known): Range {
    return this.#sizeOf(known) ?? UNKNOWN;
  }

  /** The first name is that of a variable; as in Kubernetes, any variable is assumed to have the root's type. */
  #declaredAt(path: readonly string[]): Type | undefined {
    if (path.length === 0) return undefined;
    let at: Type | undefined = this.#root;
    for (const name of path.slice(1)) {
      if (name === "@keys") at = at?.kind === "map" ? param(at) : undefined;
      else if (name === "@items" || name === "@values") at = at && elementOf(at);
      else at = at?.fields?.get(name);
      if (!at) return undefined;
    }
    return at;
  }

  #unionOf(parts: readonly Known[]): Range {
    const [head, ...rest] = parts.map((part) => this.#sizeOrUnknown(part));
    return head ? rest.reduce(either, head) : FREE;
  }

  #comprehension(expr: Comprehension, variables: Variables): Estimate {
    const range = this.of(expr.range, variables);
    const init = this.of(expr.accuInit, variables);
    const within = new Map(variables).set(expr.accuVar, this.#variableOf(init));
    const turn = new Map(within);
    if (expr.iterVar2 === undefined) turn.set(expr.iterVar, iterated(range, isList(range) ? "value" : "key"));
    else turn.set(expr.iterVar, iterated(range, "key")).set(expr.iterVar2, iterated(range, "value"));
    const condition = this.of(expr.condition, turn);
    const step = this.of(expr.step, turn);
    const result = this.of(expr.result, within);
    const turns = this.#sizeOrUnknown(range);
    const each = times(turns, plus(condition.cost, step.cost));
    const cost = plus(range.cost, init.cost, each, result.cost);
    const type = this.#typeOf(expr);
    const { kind } = expr.accuInit;
    if (kind === "literal") return { type, path: [], cost, size: this.#sizeOf(init) };
    if (kind === "list" || kind === "map") return { type, path: [], cost, size: turns, entries: step.entries };
    return { type, path: [], cost };
  }

  #binding(expr: Comprehension, variables: Variables): Estimate {
    const range = this.of(expr.range, variables);
    const init = this.of(expr.accuInit, variables);
    const result = this.of(expr.result, new Map(variables).set(expr.accuVar, this.#variableOf(init)));
    return {
      type: this.#typeOf(expr),
      path: [],
      cost: plus(range.cost, init.cost, result.cost),
      size: this.#sizeOf(result),
      entries: result.entries,
    };
  }

  #variableOf(known: Known): Omit<Known, "size"> {
    const { type, path, entries } = known;
    return { type, path, entries, variableSize: this.#sizeOf(known) };
  }

  #call(expr: Call, variables: Variables): Estimate {
    const type = this.#typeOf(expr);
    const isVariable = (known: string) => this.#scope.variables.has(known) || variables.has(known);
    const { name, isMember, operands } = resolveCall(expr, this.#scope.library, isVariable);
    const parts = operands.map((each) => this.of(each, variables));
    const below = plus(...costs(parts));
    switch (name) {
      case "dyn": {
        const [argument] = parts;
        if (argument) {
          const { entries } = argument;
          return { type, path: [], entries, size: this.#sizeOf(argument), cost: plus(ONE, argument.cost) };
        }
        break;
      }
      case "_[_]": {
        const [container] = parts;
        if (!container || isOptional(container.type)) break;
        const path = [...container.path, isList(container) ? "@items" : "@values"];
        return { type, path, size: container.entries?.value, cost: plus(below, ONE) };
      }
    }
    const requested = parts.map((part, i) => this.#argument(part, operands[i]));
    const { cost, size } = estimateCall(name, requested, isMember);
    const entries = name === "_+_" ? unionOfEntries(parts[0]?.entries, parts[1]?.entries) : undefined;
    return { type, path: [], cost: plus(below, cost), size, entries };
  }

  #argument(known: Known, expr: Expr | undefined): Argument {
    const { type, path } = known;
    const items = this.#declaredAt(path.length === 0 ? [] : [...path, "@items"]);
    return {
      type,
      size: this.#sizeOrUnknown(known),
      item: items ? { min: 0, max: items.kind === "object" ? 0 : (items.max ?? 0) } : UNKNOWN,
      ...(expr?.kind === "literal" && typeof expr.value === "bigint" ? { literal: Number(expr.value) } : {}),
    };
  }
}

const elementOf = (type: Type): Type | undefined =>
  type.kind === "list" ? param(type) : type.kind === "map" ? param(type, 1) : undefined;

const isList = ({ type, entries }: Known) => (entries ? entries.kind === "list" : type.kind === "list");

/** What a comprehension iterates over; for a computed range, Kubernetes uses the root's size. */
function iterated(range: Known, part: "key" | "value"): Omit<Known, "size"> {
  const list = isList(range);
  const step = part === "value" ? (list ? "@items" : "@values") : list ? "@indices" : "@keys";
  const type = list
    ? part === "value"
      ? param(range.type)
      : { kind: "int" as const }
    : param(range.type, part === "key" ? 0 : 1);
  return { type, path: [...range.path, step], variableSize: range.entries?.[part] };
}

const unionOfEntries = (a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined =>
  a && b && { kind: a.kind, key: either(a.key, b.key), value: either(a.value, b.value) };

const costs = (parts: readonly Estimate[]) => parts.map(({ cost }) => cost);

/** For a text its characters, for everything else one. */
const literalSize = (value: unknown): number =>
  typeof value === "string" ? [...value].length : value instanceof Uint8Array ? value.length : 1;

/** `cel.bind` is a comprehension over an empty list. */
const isBinding = ({ range, condition, accuVar }: Comprehension): boolean =>
  range.kind === "list" &&
  range.elements.length === 0 &&
  condition.kind === "literal" &&
  condition.value === false &&
  accuVar !== ACCU;
