/** Converts values to JSON, for patches and parameters. */

import { encodeBase64 } from "../../encoding/base64.ts";
import { wholeNumber } from "../../json/exact-json.ts";
import { formatDuration } from "../../time/duration-text.ts";
import { showTimestamp } from "./timestamp-text.ts";
import { CelError, Duration, isCelMap, Optional, Timestamp, typeNameOf, Uint } from "./values.ts";
import { withinWork, work } from "./work.ts";

/** A JSON value takes memory. */
const JSON_VALUE = 8;

/** Throws a CelError for what JSON cannot represent, and for more than fits into a request. */
export const toJson = (value: unknown): unknown => withinWork(() => jsonOf(value, OF_OBJECTS));

/** The same by cel-go's own conversion, in which numbers that others may round are texts, and all keys are texts. */
export const toStrictJson = (value: unknown): unknown => withinWork(() => jsonOf(value, STRICT));

interface Conversion {
  readonly whole: (value: bigint) => unknown;
  readonly key: (key: unknown) => string;
  /** The error for a value of another type. */
  readonly refused: (type: string) => string;
}

const OF_OBJECTS: Conversion = {
  whole: wholeNumber,
  key: String,
  refused: (type) => `unsupported conversion of ${type} to JSON`,
};

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const STRICT: Conversion = {
  whole: (value) => (value <= SAFE && value >= -SAFE ? Number(value) : String(value)),
  key: (key) => {
    if (typeof key === "string") return key;
    throw new CelError(`unsupported type conversion from '${typeNameOf(key)}' to string`);
  },
  refused: (type) => `type conversion error from '${type.slice(type.lastIndexOf(".") + 1)}' to '*structpb.Value'`,
};

function jsonOf(value: unknown, as: Conversion): unknown {
  work(JSON_VALUE);
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number")
    return value;
  if (typeof value === "bigint") return as.whole(value);
  if (value instanceof Uint) return as.whole(value.value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof Optional) return value.isThere ? jsonOf(value.value, as) : null;
  if (Array.isArray(value)) return value.map((each) => jsonOf(each, as));
  if (isCelMap(value)) return Object.fromEntries(value.keys().map((key) => [as.key(key), jsonOf(value.get(key), as)]));
  throw new CelError(as.refused(typeNameOf(value)));
}
