/** CEL's types, as the checker and the estimate of costs see them. */
export interface Type {
  readonly kind:
    | "int"
    | "uint"
    | "double"
    | "bool"
    | "string"
    | "bytes"
    | "null_type"
    | "dyn"
    | "error"
    | "type"
    | "list"
    | "map"
    | "object"
    | "opaque"
    | "param";
  /** Of objects, opaque types and parameters. */
  readonly name?: string;
  /** The element of a list, key and value of a map, what an optional holds. */
  readonly params?: readonly Type[];
  /** Of objects, by the name that expressions use. */
  readonly fields?: ReadonlyMap<string, Type>;
  /** The most that a request has room for: items, entries, bytes of a text. */
  readonly max?: number;
  /** Of lists that are sets (no keys) or maps: the members that tell items apart. */
  readonly keys?: readonly string[];
  /** The least that a value takes in a request, in bytes. */
  readonly minSize?: number;
  /** The schema or whatever else values of the type are read by. */
  readonly source?: unknown;
}

const simple = (kind: Type["kind"]): Type => ({ kind });

export const INT = simple("int");
const UINT = simple("uint");
export const DOUBLE = simple("double");
export const BOOL = simple("bool");
export const STRING = simple("string");
export const BYTES = simple("bytes");
export const NULL = simple("null_type");
export const DYN = simple("dyn");
export const ERROR = simple("error");
export const TYPE = simple("type");
export const TIMESTAMP: Type = { kind: "opaque", name: "timestamp" };
export const DURATION: Type = { kind: "opaque", name: "duration" };

export const listOf = (element: Type): Type => ({ kind: "list", params: [element] });
export const mapOf = (key: Type, value: Type): Type => ({ kind: "map", params: [key, value] });
export const optionalOf = (value: Type): Type => ({ kind: "opaque", name: "optional_type", params: [value] });
export const isOptional = (type: Type): boolean => type.kind === "opaque" && type.name === "optional_type";
export const param = (type: Type, at = 0): Type => type.params?.[at] ?? DYN;

/** Of how many types it is made; no more than `most` of them are counted, and one. */
export function partsOf({ params = [] }: Type, most: number): number {
  let parts = 1;
  for (const each of params) {
    if (parts > most) break;
    parts += partsOf(each, most - parts);
  }
  return parts;
}

/** What begins the name of a parameter that is open, and may still be any type: the elements of `[]`. */
export const OPEN = "_";

/** As messages show it: `list(string)`, `map(string, int)`. */
export function showType({ kind, name, params }: Type): string {
  switch (kind) {
    case "list":
    case "map":
      return `${kind}(${(params ?? [DYN]).map(showType).join(", ")})`;
    case "opaque":
      return params?.length ? `${name}(${params.map(showType).join(", ")})` : (name ?? "");
    case "type":
      return params?.length ? `type(${params.map(showType).join(", ")})` : kind;
    case "object":
      return name ?? "";
    case "param":
      return name?.startsWith(OPEN) ? "dyn" : (name ?? "");
    case "null_type":
      return "null";
    case "error":
      return "!error!";
    default:
      return kind;
  }
}

/** `list<A>`, `map<string, dyn>`, `optional<A>`, `kubernetes.Quantity`: types as declarations write them. */
export function parseType(text: string): Type {
  const trimmed = text.trim();
  const generic = /^([\w.]+)<(.*)>$/.exec(trimmed);
  if (generic) {
    const params = splitTop(generic[2] ?? "").map(parseType);
    if (generic[1] === "optional") return { kind: "opaque", name: "optional_type", params };
    return { kind: generic[1] as "list" | "map" | "type", params };
  }
  if (/^[A-Z]$/.test(trimmed)) return { kind: "param", name: trimmed };
  const known: Readonly<Record<string, Type>> = {
    int: INT,
    uint: UINT,
    double: DOUBLE,
    bool: BOOL,
    string: STRING,
    bytes: BYTES,
    null: NULL,
    dyn: DYN,
    type: TYPE,
    timestamp: TIMESTAMP,
    duration: DURATION,
  };
  return known[trimmed] ?? { kind: "opaque", name: trimmed };
}

export function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === "<") depth++;
    else if (c === ">") depth--;
    else if (i === text.length || (c === "," && depth === 0)) {
      if (text.slice(from, i).trim() !== "") parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return parts;
}
