/** CEL's conversions between its types. */
import { parseGoFloat } from "../../encoding/go-float.ts";
import { parseUintProblem } from "../../encoding/parse-uint.ts";
import { showDouble } from "../../json/double-text.ts";
import { formatDuration, parseNanos } from "../../time/duration-text.ts";
import type { Declaration } from "../declaration.ts";
import { parseTimestamp, showTimestamp, timestamp, wholeMillis } from "../values/timestamp-text.ts";
import { parseType } from "../values/type.ts";
import { utf8Text } from "../values/utf8-text.ts";
import { CelError, Duration, isCelMap, type Timestamp, TypeValue, typeNameOf, type Uint } from "../values/values.ts";
import { int, uint } from "./bounded-int.ts";

const bytes = (text: string): Uint8Array =>
  new Uint8Array(
    [...encodeURIComponent(text.toWellFormed()).matchAll(/%(..)|(.)/gs)].map(([, hex, c = ""]) =>
      hex ? Number.parseInt(hex, 16) : c.charCodeAt(0),
    ),
  );

const fromDouble = (value: number): bigint => {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelError("integer overflow");
  return BigInt(Math.trunc(value));
};
/** The error for a text that cannot be converted. */
const unconverted = (to: string) => new CelError(`type conversion error from 'string' to '${to}'`);

function parsedInt(text: string): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw unconverted("int");
  return value;
}

function parsedUint(text: string): Uint {
  if (parseUintProblem(text)) throw unconverted("uint");
  return uint(BigInt(text));
}

function parseDuration(text: string): Duration {
  const nanos = parseNanos(text);
  if (nanos === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
  return new Duration(int(nanos));
}

export const conversions: readonly Declaration[] = [
  ["int(int) -> int", (value: bigint) => value],
  ["int(uint) -> int", ({ value }: Uint) => int(value)],
  ["int(double) -> int", fromDouble],
  ["int(string) -> int", parsedInt],
  ["int(timestamp) -> int", ({ nanos }: Timestamp) => BigInt(Math.floor(wholeMillis(nanos) / 1000))],
  ["int(duration) -> int", ({ nanos }: Duration) => nanos],
  ["uint(uint) -> uint", (value: Uint) => value],
  ["uint(int) -> uint", uint],
  ["uint(double) -> uint", (value: number) => uint(fromDouble(value))],
  ["uint(string) -> uint", parsedUint],
  ["double(double) -> double", (value: number) => value],
  ["double(int) -> double", Number],
  ["double(uint) -> double", ({ value }: Uint) => Number(value)],
  [
    "double(string) -> double",
    (text: string) => {
      const value = parseGoFloat(text);
      if (value === undefined) throw unconverted("double");
      return value;
    },
  ],
  ["string(string) -> string", (text: string) => text],
  ["string(int) -> string", String],
  ["string(uint) -> string", ({ value }: Uint) => String(value)],
  ["string(double) -> string", showDouble],
  ["string(bool) -> string", String],
  ["string(bytes) -> string", utf8Text, "converted"],
  ["string(timestamp) -> string", showTimestamp],
  ["string(duration) -> string", ({ nanos }: Duration) => formatDuration(nanos)],
  ["bytes(bytes) -> bytes", (value: Uint8Array) => value],
  ["bytes(string) -> bytes", bytes, "converted"],
  ["bool(bool) -> bool", (value: boolean) => value],
  [
    "bool(string) -> bool",
    (text: string) => {
      if (["true", "TRUE", "True", "t", "1"].includes(text)) return true;
      if (["false", "FALSE", "False", "f", "0"].includes(text)) return false;
      throw unconverted("bool");
    },
  ],
  ["timestamp(timestamp) -> timestamp", (value: Timestamp) => value],
  ["timestamp(string) -> timestamp", parseTimestamp],
  ["timestamp(int) -> timestamp", (seconds: bigint) => timestamp(seconds * 1_000_000_000n)],
  ["duration(duration) -> duration", (value: Duration) => value],
  ["duration(string) -> duration", parseDuration],
  ["duration(int) -> duration", (nanos: bigint) => new Duration(nanos)],
  ["dyn(A) -> dyn", (value: unknown) => value],
  [
    "type(A) -> type<A>",
    (value: unknown) => new TypeValue(isCelMap(value) ? { kind: "map" } : parseType(typeNameOf(value))),
  ],
];
