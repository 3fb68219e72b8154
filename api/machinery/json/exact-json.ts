/**
 * JSON with exact integers. JavaScript's numbers round beyond 2^53, while Go reads everything that fits into int64
 * exactly. Here integers beyond 2^53 are bigints, and no others are, so equal numbers are equal values.
 */
import { isJsonObject, setMember } from "./json-object.ts";
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, JsonText, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from "./json-text.ts";

/** Whether `JSON.parse` might round a number in it. */
export const mayRound = (text: string): boolean => /\d{16}/.test(text);

/** Like `JSON.parse`: throws if the text is not JSON. */
export function parseExactJson(text: string): unknown {
  const rounded: unknown = JSON.parse(text);
  return mayRound(text) ? readValue(new JsonText(text)) : rounded;
}

function readValue(json: JsonText): unknown {
  switch (json.peek()) {
    case OPEN_OBJECT:
      return readMembers(json);
    case OPEN_ARRAY:
      return readItems(json);
    case QUOTE:
      return JSON.parse(json.skip());
    default:
      return readLiteral(json.literal());
  }
}

function readMembers(json: JsonText): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  json.at++;
  if (json.take(CLOSE_OBJECT)) return members;
  do {
    json.peek();
    const name = JSON.parse(json.skip()) as string;
    json.take(COLON);
    setMember(members, name, readValue(json));
  } while (json.take(COMMA));
  json.take(CLOSE_OBJECT);
  return members;
}

function readItems(json: JsonText): unknown[] {
  const items: unknown[] = [];
  json.at++;
  if (json.take(CLOSE_ARRAY)) return items;
  do items.push(readValue(json));
  while (json.take(COMMA));
  json.take(CLOSE_ARRAY);
  return items;
}

const MAX_INT64_LENGTH = "-9223372036854775808".length;

const readLiteral = (text: string): unknown =>
  text.length <= MAX_INT64_LENGTH && /^-?\d{16,}$/.test(text)
    ? wholeNumber(BigInt(text))
    : (JSON.parse(text) as unknown);

/** Like `JSON.stringify`, for values that may contain bigints. */
export function exactJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    // Bigints are detected by the exception, which costs nothing if there are none.
    if (!(error instanceof TypeError)) throw error;
    const step = " ".repeat(indent ?? 0);
    return write(value, step, step && "\n");
  }
}

/**
 * `step`: the indentation per level, "" for a single line; `line`: the line break and indentation before a closing
 * bracket.
 */
function write(value: unknown, step: string, line: string): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = line + step;
  const between = (open: string, parts: readonly string[], close: string) =>
    parts.length === 0 ? open + close : `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`;
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item ?? null, step, inner));
    return between("[", items, "]");
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const named = members.map(([name, member]) => `${JSON.stringify(name)}:${step && " "}${write(member, step, inner)}`);
  return between("{", named, "}");
}

/**
 * The same for an object of a built-in kind, whose numbers round. int64's maximum, which clients write for "never",
 * would round up by one, and the minimum down: both are written exactly, since no reader would accept the rounded
 * value.
 */
export function roundedJson(value: unknown): string {
  const json = exactJson(value);
  return json.includes(BEYOND) ? exactJson(withBounds(value)) : json;
}

const GREATEST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const BEYOND = String(2 ** 63);

function withBounds(value: unknown): unknown {
  if (value === 2 ** 63) return GREATEST;
  if (value === -(2 ** 63)) return LEAST;
  if (Array.isArray(value)) return value.map(withBounds);
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) setMember(copy, name, withBounds(member));
  return copy;
}

/** An integer in this representation: a float if it does not fit into int64, as Go reads JSON. */
export function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) || value !== BigInt.asIntN(64, value) ? number : value;
}

/** What Go reads a float as after it has printed it as JSON: a whole one that fits is an integer from then on. */
export function rereadFloat(value: number): number | bigint {
  if (Number.isSafeInteger(value) || !Number.isInteger(value) || Math.abs(value) >= MAX_PLAIN) return value;
  return wholeNumber(BigInt(String(value)));
}

/** From here on, numbers are printed with exponents. */
const MAX_PLAIN = 1e21;

/** Clamped to int64. */
export const toInt64 = (value: number): bigint =>
  value >= 2 ** 63 ? GREATEST : BigInt.asIntN(64, BigInt(Math.trunc(value)));

export const isWholeNumber = (value: unknown): value is number | bigint =>
  typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
