/**
 * Decodes one scalar of JSON text into its canonical value, with the errors of the Go type that Kubernetes decodes it
 * into.
 */
import type { Scalar } from "../../schema/idl.ts";
import { type Struct, structOf } from "../../schema/table.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { goQuote } from "../field-error.ts";
import { exactJson, parseExactJson } from "../json/exact-json.ts";
import { hugeNumberProblem } from "../json/huge-number.ts";
import { canonicalQuantity, quantityProblem } from "../quantity.ts";
import { formatDuration, parseDuration } from "../time/duration.ts";
import { canonicalTime } from "../time/time.ts";

/** A JSON value that does not fit the Go type. `found` is how Go describes it: `string`, `number 1.5`. */
export class TypeMismatch extends Error {
  readonly found: string;
  readonly goType: string;
  /** The type's custom unmarshaler failed: decoding ends here, and earlier errors are not reported. */
  readonly fatal: boolean;

  constructor(found: string, goType: string, fatal?: "fatal") {
    super(`cannot unmarshal ${found} into ${goType}`);
    this.found = found;
    this.goType = goType;
    this.fatal = fatal === "fatal";
  }
}

/** The error of a custom unmarshaler, reported verbatim. Decoding ends here, and earlier errors are not reported. */
export class DecodeProblem extends Error {}

/** A text that does not fit, reported verbatim. */
export class TextProblem extends Error {}

/** Decodes a nested struct, for types that contain a schema or something else. */
export type DecodeNested = (text: string, struct: Struct) => Record<string, unknown>;

/** `text` is the JSON text of one value, not null. Throws its error. */
export function decodeScalar(
  { scalar, goType }: { readonly scalar: Scalar; readonly goType: string },
  text: string,
  nested: DecodeNested,
): unknown {
  switch (scalar) {
    case "string":
      return decodeString(text, goType);
    case "bool":
      if (text !== "true" && text !== "false") throw new TypeMismatch(kindOf(text), goType);
      return text === "true";
    case "int32":
    case "int64":
      return decodeInteger(text, { scalar, goType });
    case "double":
      if (!isNumber(text)) throw new TypeMismatch(kindOf(text), goType);
      if (!Number.isFinite(Number(text))) throw new TypeMismatch(`number ${text}`, goType);
      return Number(text);
    case "bytes":
      return decodeBytes(text, goType);
    case "Time":
    case "MicroTime": {
      const time = canonicalTime(decodeString(text, "string", "fatal"), scalar);
      if (!time.ok) throw new DecodeProblem(time.message);
      return time.text;
    }
    case "Duration": {
      const written = decodeString(text, "string", "fatal");
      const duration = parseDuration(written);
      if (duration === undefined) throw new DecodeProblem(`time: invalid duration ${goQuote(written)}`);
      return formatDuration(duration);
    }
    case "Quantity": {
      // Go strips the quotes and takes what is between them literally, escapes and all.
      const quantity = text.startsWith('"') ? text.slice(1, -1) : text;
      const problem = quantityProblem(quantity);
      if (problem !== undefined) throw new DecodeProblem(problem);
      return canonicalQuantity(quantity);
    }
    case "IntOrString":
      return text.startsWith('"')
        ? (JSON.parse(text) as string).toWellFormed()
        : decodeInteger(text, { scalar: "int32", goType: "int32" }, "fatal");
    case "JSONSchemaPropsOrBool":
      if (text === "true" || text === "false") return text === "true";
      if (!text.startsWith("{")) throw new DecodeProblem("boolean or JSON schema expected");
      return nested(text, structOf("apiextensions.v1.JSONSchemaProps"));
    case "JSONSchemaPropsOrArray":
    case "JSONSchemaPropsOrStringArray":
      return decodeSchemaOr(scalar, text, nested);
    case "RawExtension":
    case "JSON":
      return freeJson(text);
    case "FieldsV1":
    case "StringList":
      return JSON.parse(text);
  }
}

function freeJson(text: string): unknown {
  const problem = hugeNumberProblem(text);
  if (problem !== undefined) throw new DecodeProblem(problem);
  return parseExactJson(text);
}

const isNumber = (text: string) => /^[-0-9]/.test(text);

function kindOf(text: string): string {
  const first = text.charAt(0);
  if (first === "{") return "object";
  if (first === "[") return "array";
  if (first === '"') return "string";
  return first === "t" || first === "f" ? "bool" : "number";
}

function decodeString(text: string, goType: string, fatal?: "fatal"): string {
  if (!text.startsWith('"')) throw new TypeMismatch(kindOf(text), goType, fatal);
  return (JSON.parse(text) as string).toWellFormed();
}

const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;

/** Integers only, as written: Go accepts neither 1.0 nor 1e3. Beyond 2^53 a JavaScript number rounds. */
function decodeInteger(
  text: string,
  { scalar, goType }: { readonly scalar: "int32" | "int64"; readonly goType: string },
  fatal?: "fatal",
): number {
  if (!isNumber(text)) throw new TypeMismatch(kindOf(text), goType, fatal);
  const value = Number(text);
  const fits =
    /^-?\d+$/.test(text) &&
    (scalar === "int32"
      ? value <= INT32_MAX && value >= -INT32_MAX - 1
      : Number.isSafeInteger(value) || isInt64(BigInt(text)));
  if (!fits) throw new TypeMismatch(`number ${text}`, goType, fatal);
  return value === 0 ? 0 : value;
}

const isInt64 = (value: bigint) => value <= INT64_MAX && value >= -INT64_MAX - 1n;

function decodeBytes(text: string, goType: string): string {
  if (text.startsWith("[")) return decodeByteList(text);
  const encoded = decodeString(text, goType);
  const decoded = decodeBase64(encoded);
  if (typeof decoded === "number") throw new TextProblem(`illegal base64 data at input byte ${decoded}`);
  return encodeBase64(decoded);
}

/** Go also accepts bytes as a list of numbers. */
function decodeByteList(text: string): string {
  const numbers = JSON.parse(text) as unknown[];
  const wrong = numbers.find((byte) => !Number.isInteger(byte) || (byte as number) < 0 || (byte as number) > 255);
  if (wrong === undefined) return encodeBase64(Uint8Array.from(numbers as number[]));
  const written = JSON.stringify(wrong);
  throw new TypeMismatch(typeof wrong === "number" ? `number ${written}` : kindOf(written), "uint8");
}

function decodeSchemaOr(scalar: Scalar, text: string, nested: DecodeNested): unknown {
  const schema = structOf("apiextensions.v1.JSONSchemaProps");
  if (text.startsWith("{")) return nested(text, schema);
  if (!text.startsWith("[")) return null;
  const list = parseExactJson(text) as unknown[];
  if (scalar === "JSONSchemaPropsOrArray") return list.map((item) => nested(exactJson(item), schema));
  const wrong = list.find((item) => typeof item !== "string");
  if (wrong !== undefined) throw new TypeMismatch(kindOf(JSON.stringify(wrong)), "string", "fatal");
  return list;
}
