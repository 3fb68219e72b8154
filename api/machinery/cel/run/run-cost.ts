/** What one call costs, depending on its arguments. */
import type { CostRule } from "../declaration.ts";
import { sizeOf } from "../values/values.ts";

const TRAVERSAL = 0.1;
/** A call, and the list that it makes. */
const NEW_LIST = 11;

export function runCost(rule: CostRule, values: readonly unknown[]): number {
  const [a = 0, b = 0] = values.map(sizeOf);
  switch (rule) {
    case "traversal":
      return Math.ceil(a * TRAVERSAL);
    case "items":
      return a;
    case "pairs":
      return a * Math.max(values.length > 1 ? b : a, 1);
    case "remade":
      return a + NEW_LIST;
    case "sorted": {
      const keys = values.at(-1);
      const [key] = Array.isArray(keys) ? keys : [];
      const isText = typeof key === "string" || key instanceof Uint8Array;
      return Math.floor(sizeOf(keys) ** 2 * (isText ? 2 + TRAVERSAL : 2)) + NEW_LIST;
    }
    case "search":
      return Math.ceil(Math.ceil(a * TRAVERSAL) * Math.ceil(b * TRAVERSAL));
    case "regex":
      return Math.ceil((a + 1) * TRAVERSAL) * Math.ceil(b * 0.25);
    case "compare":
      return Math.max(1, Math.ceil(Math.min(a, b) * TRAVERSAL));
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
