/** The most that an expression can cost, from the sizes that its types allow (cel-go's checker/cost.go). */
import type { Call, Comprehension, Expr } from "./ast.ts";
import { nameOf } from "./checker.ts";
import type { CostRule, Library } from "./declaration.ts";
import { DYN, INT, isOptional, param, type Type } from "./type.ts";

/** What is known of a value: its declared type, or of a computed one its size. */
interface Known {
  readonly type: Type;
  readonly size?: number;
}

interface Estimate {
  readonly cost: number;
  readonly known: Known;
}

/** Nothing is larger: more is told as this. */
export const UNBOUNDED = 2 ** 64 - 1;
const capped = (cost: number) => Math.min(cost, UNBOUNDED);
const times = (a: number, b: number) => (a === 0 || b === 0 ? 0 : capped(a * b));

type Variables = ReadonlyMap<string, Known>;

export interface EstimateScope {
  readonly variables: ReadonlyMap<string, Type>;
  readonly library: Library;
  readonly types: ReadonlyMap<Expr, Type>;
}

export function estimateCost(expr: Expr, scope: EstimateScope): number {
  const variables = new Map([...scope.variables].map(([name, type]) => [name, { type }] as const));
  return new Estimator(scope).of(expr, variables).cost;
}

const sizeOf = ({ type, size }: Known): number => size ?? type.max ?? (SCALARS.has(type.kind) ? 1 : UNBOUNDED);
const SCALARS: ReadonlySet<string> = new Set(["int", "uint", "double", "bool", "null_type", "type", "opaque"]);

const TRAVERSAL = 0.1;

class Estimator {
  constructor(private readonly scope: EstimateScope) {}

  #typeOf(expr: Expr): Type {
    return this.scope.types.get(expr) ?? DYN;
  }

  of(expr: Expr, variables: Variables): Estimate {
    switch (expr.kind) {
      case "literal":
        return {
          cost: 0,
          known: { type: this.#typeOf(expr), size: typeof expr.value === "string" ? expr.value.length : 1 },
        };
      case "ident":
        return { cost: 1, known: variables.get(expr.name) ?? { type: this.#typeOf(expr) } };
      case "select": {
        const qualified = nameOf(expr);
        const variable = qualified === undefined ? undefined : variables.get(qualified);
        if (variable) return { cost: 1, known: variable };
        const { cost, known } = this.of(expr.operand, variables);
        const of = isOptional(known.type) ? param(known.type) : known.type;
        const type = expr.testOnly
          ? this.#typeOf(expr)
          : (of.fields?.get(expr.field) ?? (of.kind === "map" ? param(of, 1) : DYN));
        return { cost: capped(cost + 1), known: { type } };
      }
      case "list": {
        const parts = expr.elements.map((each) => this.of(each, variables));
        return { cost: capped(10 + sum(parts)), known: { type: this.#typeOf(expr), size: parts.length } };
      }
      case "map": {
        const parts = expr.entries.flatMap(({ key, value }) => [this.of(key, variables), this.of(value, variables)]);
        return { cost: capped(30 + sum(parts)), known: { type: this.#typeOf(expr), size: expr.entries.length } };
      }
      case "struct": {
        const parts = expr.fields.map(({ value }) => this.of(value, variables));
        return { cost: capped(40 + sum(parts)), known: { type: this.#typeOf(expr) } };
      }
      case "comprehension":
        return this.#comprehension(expr, variables);
      case "call":
        return this.#call(expr, variables);
    }
  }

  #comprehension(expr: Comprehension, variables: Variables): Estimate {
    const range = this.of(expr.range, variables);
    const init = this.of(expr.accuInit, variables);
    const { type } = range.known;
    const turns = sizeOf(range.known);
    const two = expr.iterVar2 !== undefined;
    const inner = new Map(variables);
    inner.set(expr.accuVar, init.known);
    inner.set(expr.iterVar, {
      type: type.kind === "list" ? (two ? INT : param(type)) : type.kind === "map" ? param(type) : DYN,
    });
    if (expr.iterVar2 !== undefined)
      inner.set(expr.iterVar2, { type: type.kind === "map" ? param(type, 1) : param(type) });
    const turn = this.of(expr.condition, inner).cost + this.of(expr.step, inner).cost;
    // map() and filter() make a list no longer than what they go through.
    const collected = init.known.type.kind === "list" ? { type: this.#typeOf(expr), size: turns } : init.known;
    const result = this.of(expr.result, new Map(variables).set(expr.accuVar, collected));
    return {
      cost: capped(range.cost + init.cost + times(turns, turn) + result.cost),
      known: result.known,
    };
  }

  #call(expr: Call, variables: Variables): Estimate {
    const { name, target, args } = expr;
    const type = this.#typeOf(expr);
    const space = target && nameOf(target);
    const spaced =
      space !== undefined && !variables.has(space.split(".")[0] ?? "") && this.scope.library.has(`${space}.${name}`);
    const parts = [...(target && !spaced ? [target] : []), ...args].map((each) => this.of(each, variables));
    if (name === "_?_:_") {
      const [condition, yes, no] = parts as [Estimate, Estimate, Estimate];
      const known = sizeOf(yes.known) >= sizeOf(no.known) ? yes.known : no.known;
      return { cost: capped(condition.cost + Math.max(yes.cost, no.cost)), known };
    }
    if (name === "_&&_" || name === "_||_") return { cost: capped(sum(parts)), known: { type } };
    const overloads = this.scope.library.get(spaced ? `${space}.${name}` : name) ?? [];
    const fitting = overloads.filter(
      ({ params, isMember }) => params.length === parts.length && isMember === (target !== undefined && !spaced),
    );
    const matching = fitting.filter(({ params }) =>
      params.every((each, i) => canBe(each, parts[i]?.known.type ?? DYN)),
    );
    const own = Math.max(1, ...(matching.length > 0 ? matching : fitting).map(({ cost }) => callCost(cost, parts)));
    return {
      cost: capped(sum(parts) + (name === "@not_strictly_false" ? 0 : own)),
      known: { type, ...resultSize(name, type, parts) },
    };
  }
}

const canBe = (declared: Type, actual: Type) =>
  declared.kind === "param" ||
  declared.kind === "dyn" ||
  actual.kind === "dyn" ||
  actual.kind === "param" ||
  (declared.kind === actual.kind && (declared.kind !== "opaque" || declared.name === actual.name));

const sum = (parts: readonly Estimate[]) => parts.reduce((total, { cost }) => total + cost, 0);

function resultSize(name: string, type: Type, parts: readonly Estimate[]): { size?: number } {
  const [a, b] = parts.map(({ known }) => sizeOf(known));
  if (name === "_+_" && (type.kind === "string" || type.kind === "list" || type.kind === "bytes"))
    return { size: capped((a ?? 0) + (b ?? 0)) };
  if (name === "_[_]" && parts[0]) return {};
  if (type.kind === "string" || type.kind === "list" || type.kind === "bytes") return { size: a ?? 1 };
  return {};
}

function callCost(rule: CostRule, parts: readonly Estimate[]): number {
  const [a = 1, b = 1] = parts.map(({ known }) => sizeOf(known));
  const part = (size: number, factor: number) => (size >= UNBOUNDED ? UNBOUNDED : Math.ceil(size * factor));
  switch (rule) {
    case "traversal":
      return part(a, TRAVERSAL);
    case "items":
      return a;
    case "pairs":
      return times(a, parts.length > 1 ? b : a);
    case "search":
      return times(part(a, TRAVERSAL), part(b, TRAVERSAL));
    case "regex":
      return times(part(a + 1, TRAVERSAL), part(b, 0.25));
    case "compare":
      return Math.max(1, part(Math.min(a, b), TRAVERSAL));
    case "concat":
      return capped(part(a, TRAVERSAL) + part(b, TRAVERSAL));
    case "membership":
      return b;
    case "authorize":
      return 350_000;
    default:
      return 1;
  }
}
