/** `"%s and %d".format([…])` of cel-go's ext.Strings. */
import { formatDuration } from "./duration-text.ts";
import { showDouble, showTimestamp, utf8Text } from "./library/standard.ts";
import { CelError, Duration, isCelMap, Timestamp, TypeValue, typeNameOf, Uint } from "./values.ts";
import { work } from "./work.ts";

export function formatText(text: string, args: readonly unknown[]): string {
  let next = 0;
  const shown = text.replace(
    /%(?:%|(?:\.(\d+))?([a-zA-Z]?))/g,
    (all, precision: string | undefined, verb: string | undefined) => {
      if (all === "%%") return "%";
      if (next >= args.length) throw new CelError(`index ${next} out of range`);
      return formatOne(verb ?? "", args[next++], precision === undefined ? 6 : Number(precision));
    },
  );
  return shown;
}

const integer = (value: unknown): bigint | undefined =>
  typeof value === "bigint" ? value : value instanceof Uint ? value.value : undefined;

function formatOne(verb: string, value: unknown, precision: number): string {
  const wrong = (what: string): never => {
    throw new CelError(`error during formatting: ${what}, was given ${typeNameOf(value)}`);
  };
  const whole = integer(value);
  switch (verb) {
    case "s":
      return showValue(value);
    case "d":
      if (typeof value === "number" && !Number.isFinite(value)) return showValue(value);
      return whole === undefined ? wrong("decimal clause can only be used on integers") : String(whole);
    case "f":
    case "e": {
      const number = typeof value === "number" ? value : whole === undefined ? undefined : Number(whole);
      if (number === undefined) return wrong("fixed-point clause can only be used on doubles");
      return verb === "f"
        ? number.toFixed(precision)
        : number.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2");
    }
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return whole === undefined ? wrong("only integers and bools can be formatted as binary") : whole.toString(2);
    case "o":
      return whole === undefined ? wrong("octal clause can only be used on integers") : whole.toString(8);
    case "x":
    case "X": {
      const hex = whole !== undefined ? whole.toString(16) : hexOf(value);
      if (hex === undefined) return wrong("only integers, byte buffers, and strings can be formatted as hex");
      return verb === "X" ? hex.toUpperCase() : hex;
    }
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function hexOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (typeof value !== "string") return undefined;
  return [...encodeURIComponent(value).matchAll(/%(..)|(.)/gs)]
    .map(([, hex, c = ""]) => (hex ? hex.toLowerCase() : c.charCodeAt(0).toString(16).padStart(2, "0")))
    .join("");
}

/** Texts are made slowly. */
const TEXT = 4;

/** Any value as `%s` shows it. */
export function showValue(value: unknown): string {
  work(TEXT);
  if (value === null) return "null";
  if (typeof value === "number") return showDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return utf8Text(value);
  if (Array.isArray(value)) return `[${value.map(showValue).join(", ")}]`;
  if (isCelMap(value)) {
    const entries = value.keys().map((key) => `${showValue(key)}: ${showValue(value.get(key))}`);
    return `{${entries.sort().join(", ")}}`;
  }
  return String(value);
}
