import type { Expr } from "./ast.ts";

/** More parts than any known name has. */
const LONGEST_NAME = 100;

/** `a.b.c`, if it consists of names only. */
export function nameOf(expr: Expr): string | undefined {
  const parts: string[] = [];
  let at = expr;
  for (; at.kind === "select" && !at.testOnly && parts.length < LONGEST_NAME; at = at.operand) parts.push(at.field);
  return at.kind === "ident" ? [at.name, ...parts.reverse()].join(".") : undefined;
}
