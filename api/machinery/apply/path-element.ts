/** One element of a field's path, in the text form of managedFields. */

import { goQuote } from "../field-error.ts";
import { parseExactJson } from "../json/exact-json.ts";
import { goJson } from "../json/go-json.ts";

export const valueElement = (value: unknown): string => `v:${goJson(value)}`;

/** `keys` are pairs of name and value; the element has them sorted by name. */
export function keyElement(keys: readonly (readonly [string, unknown])[]): string {
  const sorted = keys.length > 1 ? keys.toSorted(([a], [b]) => (a < b ? -1 : 1)) : keys;
  return `k:{${sorted.map(([name, value]) => `${goJson(name)}:${goJson(value)}`).join(",")}}`;
}

/** As error messages show it: `.name`, `[name="c"]`, `[="x"]`, `[0]`. */
export function printElement(element: string): string {
  const content = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${content}`;
    case "k":
      return `[${Object.entries(parseExactJson(content) as Record<string, unknown>)
        .map(([name, value]) => `${name}=${printScalar(value)}`)
        .join(",")}]`;
    case "v":
      return `[=${printScalar(parseExactJson(content))}]`;
    default:
      return `[${content}]`;
  }
}

export const printPath = (path: readonly string[]): string => path.map(printElement).join("");

/** As structured-merge-diff prints a value. Objects and lists are invalid as keys, but may occur. */
function printScalar(value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(printScalar).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}=${printScalar(member)}`)
    .join("");
}

const RANK: Readonly<Record<string, number>> = { ".": 0, f: 1, k: 2, v: 3, i: 4 };

/** The order of elements in a stored set: fields, keys, values, indexes; numbers among them by value. */
export function compareElements(a: string, b: string): number {
  const rank = (RANK[a[0] ?? ""] ?? 5) - (RANK[b[0] ?? ""] ?? 5);
  if (rank !== 0) return rank;
  if (a[0] === "f" || a === b) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareScalars(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const parts = (element: string): unknown[] =>
  element[0] === "k"
    ? Object.entries(parseExactJson(element.slice(2)) as object).flat()
    : [parseExactJson(element.slice(2))];

const isNumber = (value: unknown): value is number | bigint => typeof value === "number" || typeof value === "bigint";
const kindOf = (value: unknown): string => (isNumber(value) ? "number" : typeof value);
const KINDS = ["number", "string", "boolean"];

const compareScalars = (a: unknown, b: unknown): number => {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (kindOf(a) !== kindOf(b)) return KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b));
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
};
