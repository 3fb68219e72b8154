/** cel-go's extended strings (ext.Strings, version 2) and Kubernetes' regular expressions. */
import { GO_ESCAPES } from "../../field-error.ts";
import type { Declaration } from "../declaration.ts";
import { formatText } from "../values/format.ts";
import { compileRegex } from "../values/regex.ts";
import { CelError } from "../values/values.ts";
import { requireShort, workOnItems } from "../values/work.ts";

function points(text: string): string[] {
  workOnItems(text.length);
  return [...text];
}
const inRange = (index: number, length: number) => {
  if (index < 0 || index > length) throw new CelError(`index out of range: ${index}`);
  return index;
};

/** A position before the text is an error; one behind it finds nothing. */
const notNegative = (offset: bigint) => {
  if (offset < 0n) throw new CelError(`index out of range: ${offset}`);
  return Number(offset);
};

function indexOf(text: string, part: string, offset = 0n): bigint {
  if (part === "") return offset;
  const all = points(text);
  const from = notNegative(offset);
  const rest = all.slice(from).join("");
  const at = rest.indexOf(part);
  return at < 0 ? -1n : BigInt(from + points(rest.slice(0, at)).length);
}

function lastIndexOf(text: string, part: string, offset?: bigint): bigint {
  const all = points(text);
  const sought = points(part);
  if (part === "") return offset ?? BigInt(all.length);
  const from = offset === undefined ? all.length : notNegative(offset);
  if (offset !== undefined && from >= all.length) return -1n;
  for (let at = Math.min(from, all.length - sought.length); at >= 0; at--) {
    let same = 0;
    while (same < sought.length && all[at + same] === sought[same]) same++;
    if (same === sought.length) return BigInt(at);
    workOnItems(same);
  }
  return -1n;
}

function substring(text: string, from: bigint, to?: bigint): string {
  const all = points(text);
  const start = inRange(Number(from), all.length);
  const end = to === undefined ? all.length : inRange(Number(to), all.length);
  if (end < start) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return all.slice(start, end).join("");
}

function replace(text: string, from: string, to: string, limit = -1n): string {
  let left = Number(limit);
  const found = from === "" ? text.length + 1 : text.split(from).length - 1;
  requireShort(text.length + (left < 0 ? found : Math.min(left, found)) * to.length);
  if (left < 0) return text.replaceAll(from, () => to);
  const parts: string[] = [];
  let rest = text;
  while (left-- > 0) {
    // An empty text is found before and after each character.
    const at = from === "" && parts.length > 0 ? lengthOfFirst(rest) : rest.indexOf(from);
    if (at < 0) break;
    parts.push(rest.slice(0, at), to);
    rest = rest.slice(at + from.length);
  }
  return parts.join("") + rest;
}

/** Of the first character, in UTF-16 units; -1 if there is none. */
const lengthOfFirst = (text: string): number => (text === "" ? -1 : (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);

function split(text: string, by: string, limit = -1n): string[] {
  if (limit === 0n) return [];
  const parts = by === "" ? points(text) : text.split(by);
  const most = Number(limit);
  return most < 0 || parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(by)];
}

function join(list: string[], by = ""): string {
  requireShort(list.reduce((total, each) => total + each.length + by.length, 0));
  return list.join(by);
}

const quote = (text: string) => `"${[...text.toWellFormed()].map((c) => GO_ESCAPES[c] ?? c).join("")}"`;

const lower = (text: string) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
const upper = (text: string) => text.replace(/[a-z]/g, (c) => c.toUpperCase());

export const strings: readonly Declaration[] = [
  [
    "string.charAt(int) -> string",
    (text: string, at: bigint) => points(text)[inRange(Number(at), points(text).length)] ?? "",
  ],
  ["string.indexOf(string) -> int", indexOf, "everything"],
  ["string.indexOf(string, int) -> int", indexOf, "everything"],
  ["string.lastIndexOf(string) -> int", lastIndexOf, "everything"],
  ["string.lastIndexOf(string, int) -> int", lastIndexOf, "everything"],
  ["string.lowerAscii() -> string", lower, "traversal"],
  ["string.upperAscii() -> string", upper, "traversal"],
  ["string.replace(string, string) -> string", replace, "rewritten"],
  ["string.replace(string, string, int) -> string", replace, "rewritten"],
  ["string.split(string) -> list<string>", split, "rewritten"],
  ["string.split(string, int) -> list<string>", split, "rewritten"],
  ["string.substring(int) -> string", substring, "traversal"],
  ["string.substring(int, int) -> string", substring, "traversal"],
  ["string.trim() -> string", (text: string) => text.trim(), "traversal"],
  ["list<string>.join() -> string", join, "joined"],
  ["list<string>.join(string) -> string", join, "joined"],
  ["strings.quote(string) -> string", quote, "traversal"],
  ["string.format(list<dyn>) -> string", (text: string, args: unknown[]) => formatText(text, args), "traversal"],
  ["string.find(string) -> string", (text: string, pattern: string) => compileRegex(pattern).find(text) ?? "", "regex"],
  [
    "string.findAll(string) -> list<string>",
    (text: string, pattern: string) => compileRegex(pattern).findAll(text, -1),
    "regex",
  ],
  [
    "string.findAll(string, int) -> list<string>",
    (text: string, pattern: string, limit: bigint) => compileRegex(pattern).findAll(text, Number(limit)),
    "regex",
  ],
];
