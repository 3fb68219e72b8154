/** A function that expressions may call: its signature as text, its implementation, and its cost. */
import { parseType, splitTop, type Type } from "./values/type.ts";
import { CelError, isCelMap, typeNameOf } from "./values/values.ts";

/** How the cost of a call grows (cel-go's runtimecost.go and Kubernetes' pkg/cel/library/cost.go). */
export type CostRule =
  /** One, whatever the arguments. */
  | "constant"
  /** A tenth of the first argument's size. */
  | "traversal"
  /** The same, if its type is known. */
  | "converted"
  /** Twice that, for a new text of it. */
  | "rewritten"
  /** Twice that of the result. */
  | "joined"
  /** A tenth of all texts in the first argument. */
  | "everything"
  /** A new list. */
  | "made"
  /** A new list, made of the items of others. */
  | "flattened"
  /** Each item of a list with each of another. */
  | "pairs"
  /** The same, in both directions. */
  | "pairs twice"
  /** A new list of items that were all compared with each other: those of the last argument. */
  | "distinct"
  /** The same, if the type of the items is known. */
  | "sorted"
  /** A text searched for another one. */
  | "search"
  /** A text matched against a pattern. */
  | "regex"
  /** A tenth of the shorter one of two texts. */
  | "compare"
  /** The same, if they are known to be texts. */
  | "ordered"
  /** Two texts concatenated. */
  | "concat"
  /** The second argument's items, if it is known to be a list. */
  | "membership"
  /** An authorization decision. */
  | "authorize"
  | ((...values: never[]) => number);

export interface Overload {
  readonly params: readonly Type[];
  readonly result: Type;
  readonly isMember: boolean;
  readonly cost: CostRule;
  readonly call: (...args: never[]) => unknown;
  /** Whether the arguments match it at run time, if types are not known before. */
  readonly accepts: (args: readonly unknown[]) => boolean;
}

export type Library = ReadonlyMap<string, readonly Overload[]>;

/** `name`, then overloads: `["string.contains(string) -> bool", implementation, cost]`. */
export type Declaration = readonly [signature: string, call: (...args: never[]) => unknown, cost?: CostRule];

const SIGNATURE =
  /^(?:(.+)\.)?([^.(]+|optional\.\w+|jsonpatch\.\w+|cel\.@?\w+|math\.\w+|lists\.\w+|sets\.\w+|strings\.\w+|ip\.\w+|base64\.\w+|format\.\w+)\((.*)\) -> (.+)$/;
const NAMESPACES = new Set([
  "jsonpatch",
  "optional",
  "cel",
  "math",
  "lists",
  "sets",
  "strings",
  "ip",
  "base64",
  "format",
]);

function overloadOf([signature, call, cost = "constant"]: Declaration): { name: string; overload: Overload } {
  const [, before, name = "", params = "", result = ""] = SIGNATURE.exec(signature) ?? [];
  const namespaced = before !== undefined && NAMESPACES.has(before) && !/^(string|list|map)\b/.test(before);
  const target = before === undefined || namespaced ? [] : [parseType(before)];
  const types = [...target, ...splitTop(params).map(parseType)];
  const overload = {
    params: types,
    result: parseType(result),
    isMember: target.length > 0,
    cost,
    call,
    accepts: (args: readonly unknown[]) => args.length === types.length && args.every((arg, i) => fits(arg, types[i])),
  };
  return { name: namespaced ? `${before}.${name}` : name, overload };
}

export function libraryOf(...parts: readonly (readonly Declaration[])[]): Library {
  const library = new Map<string, Overload[]>();
  for (const declaration of parts.flat()) {
    const { name, overload } = overloadOf(declaration);
    const known = library.get(name);
    if (known) known.push(overload);
    else library.set(name, [overload]);
  }
  return library;
}

/** Whether a value has a declared type, as far as needed for distinguishing overloads. */
function fits(value: unknown, type: Type | undefined): boolean {
  if (!type || type.kind === "dyn" || type.kind === "param") return true;
  const name = typeNameOf(value);
  if (type.kind === "map") return isCelMap(value);
  if (type.kind === "list" && Array.isArray(value)) {
    const [of] = type.params ?? [];
    return value.length === 0 || fits(value[0], of);
  }
  return type.kind === "opaque" ? name === type.name : name === type.kind;
}

export const noSuchOverload = (): CelError => new CelError("no such overload");
