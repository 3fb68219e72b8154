/** Calls whose overload is known before a run. */
import type { Overload } from "../declaration.ts";
import type { Call, Expr } from "../syntax/ast.ts";
import type { Type } from "../values/type.ts";
import { assign } from "./unify.ts";

const resolved = new WeakMap<Call, boolean>();

/** Whether the types of the arguments leave one overload. If not, most functions cost one, whatever they do. */
export function isResolved(
  call: Call,
  overloads: readonly Overload[],
  { args, types }: { readonly args: readonly Expr[]; readonly types: ReadonlyMap<Expr, Type> },
): boolean {
  const known = resolved.get(call) ?? overloads.filter((each) => mayApply(each, args, types)).length < 2;
  resolved.set(call, known);
  return known;
}

function mayApply({ params }: Overload, args: readonly Expr[], types: ReadonlyMap<Expr, Type>): boolean {
  if (params.length !== args.length) return false;
  const bindings = new Map();
  return params.every((param, i) => {
    const type = types.get(args[i] as Expr);
    return !type || assign(param, type, bindings);
  });
}
