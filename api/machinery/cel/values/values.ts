/**
 * Values that expressions compute with: int is a bigint, double a number, string, bool and null themselves, bytes a
 * Uint8Array, a list an array; the others are classes.
 */
import { CelError } from "./cel-error.ts";
import { keyedEquals } from "./keyed-list.ts";
import { showType, type Type } from "./type.ts";
import { work, workOnItems } from "./work.ts";

export { CelError };

export class Uint {
  constructor(readonly value: bigint) {}
}

/** Nanoseconds since the epoch, and the UTC offset in minutes with which it was written. */
export class Timestamp {
  constructor(
    readonly nanos: bigint,
    readonly offset = 0,
  ) {}
}

export class Duration {
  constructor(readonly nanos: bigint) {}
}

export class TypeValue {
  constructor(readonly type: Type) {}
  get name(): string {
    return showType({ ...this.type, params: [] }).replace("()", "");
  }
}

export class Optional {
  static readonly NONE = new Optional(undefined, false);
  private constructor(
    readonly value: unknown,
    readonly isThere: boolean,
  ) {}
  static of(value: unknown): Optional {
    return new Optional(value, true);
  }
}

/** A value of a library type: `url`, `kubernetes.Quantity`. */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract equals(other: Opaque): boolean;
}

/** A map, or an object whose fields are selected by name. */
export interface CelMap {
  readonly size: number;
  has(key: unknown): boolean;
  /** Undefined if there is no such key. */
  get(key: unknown): unknown;
  keys(): readonly unknown[];
  /** Objects handle missing fields differently from maps, but only in the type checker. */
  readonly isCelMap: true;
  /** For an object constructed by an expression, the name of its type: `Object.spec`. */
  readonly typeName?: string | undefined;
}

export const isCelMap = (value: unknown): value is CelMap =>
  typeof value === "object" && value !== null && "isCelMap" in value;

/** Keys of different numeric types are equal if the numbers are. */
function normalKey(key: unknown): unknown {
  if (key instanceof Uint) return key.value;
  if (typeof key === "number" && Number.isInteger(key)) return BigInt(key);
  return key;
}

export class PlainMap implements CelMap {
  readonly isCelMap = true;
  readonly #entries: Map<unknown, { key: unknown; value: unknown }>;

  constructor(
    entries: Iterable<readonly [unknown, unknown]>,
    readonly typeName?: string,
  ) {
    this.#entries = new Map([...entries].map(([key, value]) => [normalKey(key), { key, value }]));
  }

  /** Only used while a comprehension builds it, and nobody else has it. */
  add(key: unknown, value: unknown): void {
    this.#entries.set(normalKey(key), { key, value });
  }

  get size(): number {
    return this.#entries.size;
  }
  has(key: unknown): boolean {
    return this.#entries.has(normalKey(key));
  }
  get(key: unknown): unknown {
    return this.#entries.get(normalKey(key))?.value;
  }
  keys(): readonly unknown[] {
    return [...this.#entries.values()].map(({ key }) => key);
  }
}

const isNumber = (value: unknown): value is bigint | number | Uint =>
  typeof value === "bigint" || typeof value === "number" || value instanceof Uint;

const plain = (value: bigint | number | Uint): bigint | number => (value instanceof Uint ? value.value : value);

/** CEL's equality: numbers by value, whatever their types; values of different types are unequal. */
export function celEquals(a: unknown, b: unknown): boolean {
  work(1);
  if (a === b) return true;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are the same when their values are.
  if (isNumber(a) && isNumber(b)) return plain(a) == plain(b);
  if (Array.isArray(a) && Array.isArray(b))
    return keyedEquals(a, b, celEquals) ?? (a.length === b.length && a.every((each, i) => celEquals(each, b[i])));
  if (isCelMap(a) && isCelMap(b)) {
    // A field that is null counts in the size, but is as good as absent on either side.
    const isSame = (key: unknown) => (a.has(key) ? b.has(key) && celEquals(a.get(key), b.get(key)) : !b.has(key));
    return a.size === b.size && a.keys().every(isSame);
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  if (a instanceof Optional && b instanceof Optional)
    return a.isThere === b.isThere && (!a.isThere || celEquals(a.value, b.value));
  if (a instanceof Opaque && b instanceof Opaque) return a.typeName === b.typeName && a.equals(b);
  return false;
}

/** Negative, zero or positive; undefined for values without an order. */
export function celCompare(a: unknown, b: unknown): number | undefined {
  const order = <T extends bigint | number>(x: T, y: T) => (x < y ? -1 : x > y ? 1 : 0);
  if (isNumber(a) && isNumber(b)) return order(plain(a), plain(b));
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
    return a.length - b.length;
  }
  return undefined;
}

const hasPairs = (text: string) => /[\ud800-\udfff]/.test(text);

/** In code points. */
export function lengthOf(text: string): number {
  workOnItems(text.length);
  return hasPairs(text) ? [...text].length : text.length;
}

/** By code points, which is the order of Go's UTF-8 bytes. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  workOnItems(a.length + b.length);
  if (!hasPairs(a) && !hasPairs(b)) return a < b ? -1 : 1;
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++)
    if (x[i] !== y[i]) return (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
  return x.length - y.length;
}

/** The size that an operation's cost depends on: characters, bytes, items, entries; 1 for all other values. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isCelMap(value) ? value.size : 1;
}

export const typeNameOf = (value: unknown): string => {
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value === null) return "null_type";
  if (value instanceof Uint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  if (value instanceof TypeValue) return "type";
  if (value instanceof Optional) return "optional_type";
  if (value instanceof Opaque) return value.typeName;
  if (Array.isArray(value)) return "list";
  return isCelMap(value) ? (value.typeName ?? "map") : "map";
};
