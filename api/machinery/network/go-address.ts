/** The error of Go's netip for a text that should be an IP address (ParseAddr). */
import { goQuote } from "../field-error.ts";

/** The error, and the position from which Go shows the text. */
interface Wrong {
  readonly why: string;
  readonly rest?: string;
}

/** Undefined for a valid address, which may include a zone. */
export function addressProblem(text: string): string | undefined {
  const wrong = wrongWith(text);
  if (!wrong) return undefined;
  const rest = wrong.rest ? ` (at ${goQuote(wrong.rest)})` : "";
  return `ParseAddr(${goQuote(text)}): ${wrong.why}${rest}`;
}

function wrongWith(text: string): Wrong | undefined {
  switch (/[.:%]/.exec(text)?.[0]) {
    case ".":
      return wrongIPv4(text);
    case ":":
      return wrongIPv6(text);
    case "%":
      return { why: "missing IPv6 address" };
    default:
      return { why: "unable to parse IP" };
  }
}

function wrongIPv4(text: string): Wrong | undefined {
  let [fields, digits, value] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? "";
    if (/\d/.test(c)) {
      if (digits === 1 && value === 0) return { why: "IPv4 field has octet with leading zero" };
      value = value * 10 + Number(c);
      digits++;
      if (value > 255) return { why: "IPv4 field has value >255" };
    } else if (c === ".") {
      if (digits === 0 || i === text.length - 1)
        return { why: "IPv4 field must have at least one digit", rest: text.slice(i) };
      if (fields === 3) return { why: "IPv4 address too long" };
      fields++;
      [digits, value] = [0, 0];
    } else return { why: "unexpected character", rest: text.slice(i) };
  }
  return fields < 3 ? { why: "IPv4 address too short" } : undefined;
}

const BYTES = 16;

function wrongIPv6(text: string): Wrong | undefined {
  const percent = text.indexOf("%");
  if (percent === text.length - 1) return { why: "zone must be a non-empty string" };
  let rest = percent < 0 ? text : text.slice(0, percent);
  let filled = 0;
  let skips = rest.startsWith("::");
  if (skips) {
    rest = rest.slice(2);
    if (rest === "") return undefined;
  }
  while (filled < BYTES) {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? "";
    if (group.length > 4) return { why: "each group must have 4 or less digits", rest };
    if (group === "") return { why: "each colon-separated field must have at least one digit", rest };
    if (rest[group.length] === ".") {
      if (!skips && filled !== 12)
        return { why: "embedded IPv4 address must replace the final 2 fields of the address", rest };
      if (filled + 4 > BYTES)
        return { why: "too many hex fields to fit an embedded IPv4 at the end of the address", rest };
      const wrong = wrongIPv4(rest);
      if (wrong) return wrong;
      filled += 4;
      rest = "";
      break;
    }
    filled += 2;
    rest = rest.slice(group.length);
    if (rest === "") break;
    if (!rest.startsWith(":")) return { why: "unexpected character, want colon", rest };
    if (rest.length === 1) return { why: "colon must be followed by more characters", rest };
    rest = rest.slice(1);
    if (!rest.startsWith(":")) continue;
    if (skips) return { why: "multiple :: in address", rest };
    skips = true;
    rest = rest.slice(1);
    if (rest === "") break;
  }
  if (rest !== "") return { why: "trailing garbage after address", rest };
  if (filled < BYTES) return skips ? undefined : { why: "address string too short" };
  return skips ? { why: "the :: must expand to at least one field of zeros" } : undefined;
}
