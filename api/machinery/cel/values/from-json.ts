/** Converts JSON to values by the types of a schema; untyped integers become ints, as Kubernetes decodes JSON. */
import { decodeBase64 } from "../../encoding/base64.ts";
import { scalaNanos } from "../../structural/scala-duration.ts";
import { keyedList } from "./keyed-list.ts";
import { parseTimestamp } from "./timestamp-text.ts";
import { param, type Type } from "./type.ts";
import { CelError, type CelMap, Duration } from "./values.ts";

export function fromJson(value: unknown, type: Type | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return type?.kind === "double" ? Number(value) : value;
  if (typeof value === "number") return type?.kind === "double" || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value === "string") return type === undefined ? value : textValue(value, type);
  if (Array.isArray(value)) {
    const items = value.map((item) => fromJson(item, type?.kind === "list" ? param(type) : undefined));
    return type?.keys ? keyedList(items, type.keys) : items;
  }
  return typeof value === "object" ? new JsonMap(value as Record<string, unknown>, type) : value;
}

function textValue(text: string, type: Type): unknown {
  if (type.kind === "bytes") {
    const bytes = decodeBase64(text);
    return typeof bytes === "number" ? new Uint8Array() : bytes;
  }
  if (type.kind !== "opaque") return text;
  if (type.name === "timestamp") return timeOf(text);
  return type.name === "duration" ? new Duration(scalaNanos(text) ?? 0n) : text;
}

/** A date, or a date and time; what the format allows and Go's parser does not is an error when it is used. */
function timeOf(text: string): unknown {
  try {
    return parseTimestamp(/t/i.test(text) ? text : `${text}T00:00:00Z`);
  } catch (problem) {
    if (problem instanceof CelError) return problem;
    throw problem;
  }
}

/** A JSON object whose members are converted on demand. */
class JsonMap implements CelMap {
  readonly isCelMap = true;
  readonly #json: Record<string, unknown>;
  readonly #type: Type | undefined;
  readonly #made = new Map<string, unknown>();
  #keys: readonly string[] | undefined;

  constructor(json: Record<string, unknown>, type: Type | undefined) {
    this.#json = json;
    this.#type = type;
  }

  get size(): number {
    return this.keys().length;
  }

  /** Fields are known by the names that expressions can write. */
  #nameOf(key: string): string {
    return this.#type?.kind === "object" ? unescapeName(key) : key;
  }

  /** In an object, null means absent; in a map, or for type dyn, it is a value. */
  has(key: unknown): boolean {
    if (typeof key !== "string") return false;
    const name = this.#nameOf(key);
    if (!Object.hasOwn(this.#json, name)) return false;
    return this.#type?.kind !== "object" || this.#json[name] !== null || this.#memberType(key)?.kind === "dyn";
  }

  get(key: unknown): unknown {
    if (!this.has(key)) return undefined;
    const name = key as string;
    if (!this.#made.has(name)) this.#made.set(name, fromJson(this.#json[this.#nameOf(name)], this.#memberType(name)));
    return this.#made.get(name);
  }

  /** Listed once: the size is needed for the cost of each access. */
  keys(): readonly string[] {
    this.#keys ??= this.#listKeys();
    return this.#keys;
  }

  #listKeys(): readonly string[] {
    const names = Object.keys(this.#json);
    return this.#type?.kind === "object" ? names.map((name) => escapeName(name) ?? name) : names;
  }

  #memberType(name: string): Type | undefined {
    const type = this.#type;
    if (type?.kind === "map") return param(type, 1);
    return type?.kind === "object" ? type.fields?.get(name) : undefined;
  }
}

const KEYWORDS = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** A property's name as expressions write it, or undefined if they cannot (apiserver pkg/cel escaping). */
export function escapeName(name: string): string | undefined {
  if (KEYWORDS.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_][\w./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (found) => ESCAPES[found] ?? found);
}

/** All names by which expressions may select a property: keywords need no escape after a dot (since 1.31). */
export function selectableNames(name: string): readonly string[] {
  const escaped = escapeName(name);
  if (escaped === undefined) return [];
  return KEYWORDS.has(name) ? [escaped, name] : [escaped];
}

const ESCAPES: Readonly<Record<string, string>> = {
  __: "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};

const unescapeName = (name: string): string =>
  name.includes("__")
    ? name.replace(
        /__(underscores|dot|dash|slash|[a-z]+)__/g,
        (all, what: string) => UNESCAPES[what] ?? (KEYWORDS.has(what) ? what : all),
      )
    : name;

const UNESCAPES: Readonly<Record<string, string>> = { underscores: "__", dot: ".", dash: "-", slash: "/" };
