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
export const toJson = (value: unknown): unknown => withinWork(() => jsonOf(value));

function jsonOf(value: unknown): unknown {
  work(JSON_VALUE);
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number")
    return value;
  if (typeof value === "bigint") return wholeNumber(value);
  if (value instanceof Uint) return wholeNumber(value.value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof Optional) return value.isThere ? jsonOf(value.value) : null;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (isCelMap(value)) return Object.fromEntries(value.keys().map((key) => [String(key), jsonOf(value.get(key))]));
  throw new CelError(`unsupported conversion of ${typeNameOf(value)} to JSON`);
}
