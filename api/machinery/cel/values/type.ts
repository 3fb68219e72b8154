/** CEL's types, as used by the checker and the cost estimate. */
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
  /** For objects, opaque types and type parameters. */
  readonly name?: string;
  /** A list's element, a map's key and value, an optional's content. */
  readonly params?: readonly Type[];
  /** For objects, by the names that expressions use. */
  readonly fields?: ReadonlyMap<string, Type>;
  /** The most that fits into a request: items, entries, bytes of a text. */
  readonly max?: number;
  /** For lists that are sets (no keys) or maps: the members that identify items. */
  readonly keys?: readonly string[];
  /** The minimum size of a value in a request, in bytes. */
  readonly minSize?: number;
  /** The schema or other source by which values of the type are read. */
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

/** The number of types that it consists of; counting stops beyond `most`. */
export function partsOf({ params = [] }: Type, most: number): number {
  let parts = 1;
  for (const each of params) {
    if (parts > most) break;
    parts += partsOf(each, most - parts);
  }
  return parts;
}

/** Begins the names of open parameters, which may still become any type: the elements of `[]`. */
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

/** Parses types in declarations: `list<A>`, `map<string, dyn>`, `optional<A>`, `kubernetes.Quantity`. */
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
