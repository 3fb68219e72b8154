import type { Library } from "../declaration.ts";
import type { Call, Expr } from "./ast.ts";
import { nameOf } from "./qualified-name.ts";

interface ResolvedCall {
  /** With its namespace. */
  readonly name: string;
  readonly isMember: boolean;
  /** The arguments, after the target of a member call. */
  readonly operands: readonly Expr[];
}

/** A name with a namespace looks like a member call: optional.none(). Variables hide namespaces. */
export function resolveCall(
  { name, target, args }: Call,
  library: Library,
  isVariable: (name: string) => boolean,
): ResolvedCall {
  if (!target) return { name, isMember: false, operands: args };
  const space = nameOf(target);
  const isNamespaced = space !== undefined && !isVariable(space.split(".")[0] ?? "") && library.has(`${space}.${name}`);
  return isNamespaced
    ? { name: `${space}.${name}`, isMember: false, operands: args }
    : { name, isMember: true, operands: [target, ...args] };
}
