import type { Expr } from "./ast.ts";

/** More parts than any known name has. */
const MAX_NAME_LENGTH = 100;

/** `a.b.c`, if it consists of names only. */
export function nameOf(expr: Expr): string | undefined {
  const parts: string[] = [];
  let at = expr;
  for (; at.kind === "select" && !at.testOnly && parts.length < MAX_NAME_LENGTH; at = at.operand) parts.push(at.field);
  return at.kind === "ident" ? [at.name, ...parts.reverse()].join(".") : undefined;
}
