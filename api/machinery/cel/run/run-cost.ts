/** What one call costs, depending on its arguments and on its result. */
import type { CostRule } from "../declaration.ts";
import { isCelMap, sizeOf } from "../values/values.ts";

const TRAVERSAL = 0.1;
/** A call, and the list that it makes. */
const NEW_LIST = 11;

/** Rules of single overloads. If types leave several, such a call costs one. */
export const BY_TYPE: ReadonlySet<CostRule> = new Set(["converted", "sorted", "ordered", "concat", "membership"]);
/** Others are paid for before the call. */
export const BY_RESULT: ReadonlySet<CostRule> = new Set(["joined", "made"]);

export function runCost(rule: CostRule, values: readonly unknown[], result?: unknown): number {
  if (typeof rule === "function") return rule(...(values as never[]));
  const [a = 0, b = 0] = values.map(sizeOf);
  switch (rule) {
    case "traversal":
    case "converted":
      return Math.ceil(a * TRAVERSAL);
    case "rewritten":
      return Math.ceil(a * 2 * TRAVERSAL);
    case "joined":
      return Math.ceil(sizeOf(result) * 2 * TRAVERSAL);
    case "everything":
      return traversalOf(values[0]);
    case "made":
      return sizeOf(result) + NEW_LIST;
    case "flattened":
      return a * Number(values[1] ?? 1) + NEW_LIST;
    case "pairs":
      return 1 + a * b;
    case "pairs twice":
      return 1 + a * b * 2;
    case "distinct":
    case "sorted": {
      const keys = values.at(-1);
      const [key] = Array.isArray(keys) ? keys : [];
      const isText = typeof key === "string" || key instanceof Uint8Array;
      return Math.floor(sizeOf(keys) ** 2 * (isText ? 2 + TRAVERSAL : 2)) + NEW_LIST;
    }
    case "search":
      return Math.ceil(a * TRAVERSAL) * Math.ceil(b * TRAVERSAL);
    case "regex":
      return patternCost(a, b);
    case "compare":
    case "ordered":
      return Math.ceil(Math.min(a, b) * TRAVERSAL);
    case "concat":
      return Math.ceil((a + b) * TRAVERSAL);
    case "membership":
      return b;
    case "authorize":
      return 350_000;
    default:
      return 1;
  }
}

/** A text of that size, matched against a pattern of that size. */
export const patternCost = (text: number, pattern: number): number =>
  Math.ceil((text + 1) * TRAVERSAL) * Math.ceil(pattern * 0.25);

function traversalOf(value: unknown): number {
  if (typeof value === "string" || value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL);
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + traversalOf(each), 0);
  if (!isCelMap(value)) return 1;
  return value.keys().reduce<number>((sum, key) => sum + traversalOf(key) + traversalOf(value.get(key)), 0);
}
