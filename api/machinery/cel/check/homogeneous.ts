/**
 * The elements of a list literal, and the keys and values of a map literal, must have one type (cel-go's
 * ValidateHomogeneousAggregateLiterals).
 */
import { type Expr, partsOf } from "../syntax/ast.ts";
import type { Issue } from "../syntax/issue.ts";
import { isOptional, param, showType, type Type } from "../values/type.ts";

/** The arguments of this function may have any types. */
const EXEMPT = "format";

export function unlikeElements(expr: Expr, types: ReadonlyMap<Expr, Type>): Issue[] {
  if (expr.kind === "call" && expr.name === EXEMPT) return expr.target ? unlikeElements(expr.target, types) : [];
  const typeOf = (part: Expr, optional: boolean) => {
    const type = types.get(part);
    return type && optional && isOptional(type) ? param(type) : type;
  };
  const own: Issue[] = [];
  if (expr.kind === "list")
    own.push(
      ...firstUnlike(expr.elements.map((each, i) => ({ at: each.at, type: typeOf(each, expr.optional.has(i)) }))),
    );
  if (expr.kind === "map") {
    own.push(...firstUnlike(expr.entries.map(({ key }) => ({ at: key.at, type: typeOf(key, false) }))));
    own.push(
      ...firstUnlike(expr.entries.map(({ value, optional }) => ({ at: value.at, type: typeOf(value, optional) }))),
    );
  }
  return [...own, ...partsOf(expr).flatMap((part) => unlikeElements(part, types))];
}

function firstUnlike(parts: readonly { readonly at: number; readonly type: Type | undefined }[]): Issue[] {
  const first = parts[0]?.type;
  if (!first) return [];
  const odd = parts.find(({ type }) => type && !isEquivalent(first, type));
  if (!odd?.type) return [];
  return [{ at: odd.at, message: `expected type '${showType(first)}' but found '${showType(odd.type)}'` }];
}

/** Unknown types, such as the content of an empty optional, match; dyn only matches its own kind. */
function isEquivalent(a: Type, b: Type): boolean {
  if (a.kind === "param" || b.kind === "param") return true;
  if (a.kind !== b.kind || a.name !== b.name) return false;
  return (a.params ?? []).every((each, i) => isEquivalent(each, param(b, i)));
}
