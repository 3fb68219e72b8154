/** Which types go together: what may stand where another is asked for, and what parameters of a signature then are. */
import type { Overload } from "../declaration.ts";
import { DYN, OPEN, param, showType, type Type } from "../values/type.ts";

/** Parameters of a signature, as far as arguments have told them. */
export type Bindings = Map<string, Type>;

/** A list or map of whatever it will be given. */
export const isOpen = ({ kind, params }: Type) =>
  (kind === "list" || kind === "map") && (params ?? []).every((each) => each.kind === "param");

let fresh = 0;
const open = (): Type => ({ kind: "param", name: `${OPEN}${++fresh}` });

/** The one type of a list's elements; unlike ones make it dyn. */
export function joined(types: readonly Type[]): Type {
  const [first, ...others] = types;
  if (!first) return open();
  let type: Type = first;
  for (const other of others) type = join(type, other) ?? DYN;
  return type;
}

/** A type that takes both. */
export function join(a: Type, b: Type): Type | undefined {
  if (a.kind === "dyn" || b.kind === "dyn") return DYN;
  if (assign(a, b, new Map())) return filledBy(b, a);
  return assign(b, a, new Map()) ? filledBy(a, b) : undefined;
}

/** Of two types that go together: what the one leaves open, such as the elements of `[]`, is as in the other. */
function filledBy(other: Type, type: Type): Type {
  if (type.kind === "param" || type.kind === "null_type") return other;
  if (!type.params || type.kind !== other.kind) return type;
  return { ...type, params: type.params.map((each, i) => filledBy(param(other, i), each)) };
}

export function resolve(overloads: readonly Overload[], types: readonly Type[], isMember: boolean): Type | undefined {
  let result: Type | undefined;
  for (const overload of overloads) {
    if (overload.isMember !== isMember || overload.params.length !== types.length) continue;
    const bindings: Bindings = new Map();
    if (!overload.params.every((each, i) => assign(each, types[i] ?? DYN, bindings))) continue;
    // What no argument says anything of is still open; what one says may be anything is.
    const found = substitute(overload.result, bindings, overload.params.length === 0 ? open : () => DYN);
    result = result === undefined || showType(result) === showType(found) ? found : DYN;
  }
  return result;
}

const NULLABLE = new Set(["object", "opaque", "null_type"]);

/** Whether a value of `actual` may stand where `declared` is asked for; parameters of the declaration are bound. */
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
  // All types are of one type.
  if (declared.kind === "type") return true;
  if ((declared.kind === "object" || declared.kind === "opaque") && declared.name !== actual.name) return false;
  return (declared.params ?? []).every((each, i) => assign(each, param(actual, i), bindings));
}

function substitute(type: Type, bindings: Bindings, unbound: () => Type): Type {
  if (type.kind === "param") return bindings.get(type.name ?? "") ?? unbound();
  return type.params ? { ...type, params: type.params.map((each) => substitute(each, bindings, unbound)) } : type;
}

/** A type that is open to the end may be any. */
export const settled = (type: Type): Type => substitute(type, new Map(), () => DYN);
