/** Whether an expression reads a field of a variable: `claims.email`, `has(claims.email)` or `claims.?email`. */
import type { Expr } from "./ast.ts";

export function selects(expr: Expr, variable: string, field: string): boolean {
  const isOf = (operand: Expr | undefined) => operand?.kind === "ident" && operand.name === variable;
  if (expr.kind === "select" && expr.field === field && isOf(expr.operand)) return true;
  if (expr.kind === "call" && expr.name === "_?._" && isOf(expr.args[0]) && isText(expr.args[1], field)) return true;
  return partsOf(expr).some((part) => selects(part, variable, field));
}

const isText = (expr: Expr | undefined, text: string): boolean => expr?.kind === "literal" && expr.value === text;

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [expr.operand];
    case "call":
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case "list":
      return expr.elements;
    case "map":
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return expr.fields.map(({ value }) => value);
    case "comprehension":
      return [expr.range, expr.accuInit, expr.condition, expr.step, expr.result];
  }
}
