/**
 * Type unification: which type may be used where another is expected, and how that binds the type parameters of a
 * signature.
 */
import type { Overload } from "../declaration.ts";
import { DYN, OPEN, param, showType, type Type } from "../values/type.ts";

/** Type parameters of a signature, as far as arguments determine them. */
export type Bindings = Map<string, Type>;

/** A list or map with undetermined elements. */
export const isOpen = ({ kind, params }: Type) =>
  (kind === "list" || kind === "map") && (params ?? []).every((each) => each.kind === "param");

let fresh = 0;
const open = (): Type => ({ kind: "param", name: `${OPEN}${++fresh}` });

/** The element type of a list; mixed types make it dyn. */
export function joined(types: readonly Type[]): Type {
  const [first, ...others] = types;
  if (!first) return open();
  let type: Type = first;
  for (const other of others) type = join(type, other) ?? DYN;
  return type;
}

/** A type that covers both. */
export function join(a: Type, b: Type): Type | undefined {
  if (a.kind === "dyn" || b.kind === "dyn") return DYN;
  if (assign(a, b, new Map())) return filledBy(b, a);
  return assign(b, a, new Map()) ? filledBy(a, b) : undefined;
}

/** For two matching types: fills what one leaves open, such as the elements of `[]`, from the other. */
function filledBy(other: Type, type: Type): Type {
  if (type.kind === "param" || type.kind === "null_type") return other;
  if (!type.params || type.kind !== other.kind) return type;
  return { ...type, params: type.params.map((each, i) => filledBy(param(other, i), each)) };
}

export function resolve(overloads: readonly Overload[], types: readonly Type[], isMember: boolean): Type | undefined {
  let result: Type | undefined;
  let isUndetermined = false;
  const undetermined = () => {
    isUndetermined = true;
    return DYN;
  };
  for (const overload of overloads) {
    if (overload.isMember !== isMember || overload.params.length !== types.length) continue;
    const bindings: Bindings = new Map();
    if (!overload.params.every((each, i) => assign(each, types[i] ?? DYN, bindings))) continue;
    // Parameters that no argument determines stay open; dyn is a determination.
    const found = substitute(overload.result, bindings, overload.params.length === 0 ? open : undetermined);
    // Nor are two of several possible overloads known to agree on them: `x[?0]` may not even be an optional.
    result = result === undefined || (!isUndetermined && showType(result) === showType(found)) ? found : DYN;
  }
  return result;
}

const NULLABLE = new Set(["object", "opaque", "null_type"]);

/** Whether a value of type `actual` may be used where `declared` is expected; binds parameters of the declaration. */
export function assign(declared: Type, actual: Type, bindings: Bindings): boolean {
  if (actual.kind === "param" && declared.kind !== "param") return true;
  if (declared.kind === "param") {
    const bound = bindings.get(declared.name ?? "");
    if (!bound || bound.kind === "param") {
      bindings.set(declared.name ?? "", actual);
      return true;
    }
    const both = join(bound, actual);
    if (!both) return false;
    bindings.set(declared.name ?? "", both);
    return true;
  }
  if ([declared, actual].some(({ kind }) => kind === "dyn" || kind === "error")) return true;
  if (actual.kind === "null_type") return NULLABLE.has(declared.kind);
  if (declared.kind === "null_type") return NULLABLE.has(actual.kind);
  if (declared.kind !== actual.kind) return false;
  // All types have the same type.
  if (declared.kind === "type") return true;
  if ((declared.kind === "object" || declared.kind === "opaque") && declared.name !== actual.name) return false;
  return (declared.params ?? []).every((each, i) => assign(each, param(actual, i), bindings));
}

function substitute(type: Type, bindings: Bindings, unbound: () => Type): Type {
  if (type.kind === "param") return bindings.get(type.name ?? "") ?? unbound();
  return type.params ? { ...type, params: type.params.map((each) => substitute(each, bindings, unbound)) } : type;
}

/** A type that is still open at the end becomes dyn. */
export const settled = (type: Type): Type => substitute(type, new Map(), () => DYN);
