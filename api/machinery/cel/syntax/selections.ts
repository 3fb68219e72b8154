/** Whether an expression reads a field of a variable: `claims.email`, `has(claims.email)` or `claims.?email`. */
import { type Expr, partsOf } from "./ast.ts";

export function selects(expr: Expr, variable: string, field: string): boolean {
  const isOf = (operand: Expr | undefined) => operand?.kind === "ident" && operand.name === variable;
  if (expr.kind === "select" && expr.field === field && isOf(expr.operand)) return true;
  if (expr.kind === "call" && expr.name === "_?._" && isOf(expr.args[0]) && isText(expr.args[1], field)) return true;
  return partsOf(expr).some((part) => selects(part, variable, field));
}

const isText = (expr: Expr | undefined, text: string): boolean => expr?.kind === "literal" && expr.value === text;
