/** What cel-go plans before a run, and what therefore costs something else: constants and attributes. */
import type { Expr } from "../syntax/ast.ts";

const CONVERSIONS = new Set([
  "bool",
  "bytes",
  "double",
  "duration",
  "dyn",
  "int",
  "string",
  "timestamp",
  "type",
  "uint",
]);

const constants = new WeakMap<Expr, boolean>();

/** Literals, lists and maps of them, and their conversions, are made once, at no cost. */
export function isConstant(expr: Expr): boolean {
  const known = constants.get(expr) ?? findConstant(expr);
  constants.set(expr, known);
  return known;
}

function findConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case "literal":
      return true;
    case "list":
      return expr.optional.size === 0 && expr.elements.every(isConstant);
    case "map":
      return expr.entries.every(({ key, value, optional }) => !optional && isConstant(key) && isConstant(value));
    case "call":
      return !expr.target && expr.args.length === 1 && CONVERSIONS.has(expr.name) && expr.args.every(isConstant);
    default:
      return false;
  }
}

/** Names, fields and items: a chain of them costs one, and one for each step. */
export const isAttribute = (expr: Expr): boolean =>
  expr.kind === "ident" ||
  (expr.kind === "select" && !expr.testOnly) ||
  (expr.kind === "call" && (expr.name === "_[_]" || expr.name === "_?._" || expr.name === "_[?_]"));
