/**
 * JSON is YAML, and most of what is sent as YAML is JSON: server-side apply of kubectl and client-go. Parsing it as
 * JSON takes a twentieth of the time.
 */

import { rereadFloat } from "../json/exact-json.ts";
import { membersOf, setMember } from "../json/json-object.ts";
import { parseJson } from "../json/json-syntax.ts";
import { ESCAPED_HALF } from "./yaml-problem.ts";

/**
 * The value of a text that is JSON and means the same as YAML, with sorted keys; undefined for all others: with
 * duplicate keys, an infinite number, a character escaped in halves, or a tab where YAML may not allow one.
 */
export function jsonAsYaml(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(text) || text.includes("\t") || ESCAPED_HALF.test(text)) return undefined;
  const parsed = parseJson(text);
  if (!parsed.ok) return undefined;
  const copy = new Ordered();
  const value = copy.of(parsed.value);
  return copy.isFinite && copy.members === colonsIn(text) ? { value } : undefined;
}

/** A copy with sorted keys, and their total number. */
class Ordered {
  members = 0;
  isFinite = true;

  of(value: unknown): unknown {
    if (typeof value === "number") return this.#number(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    const ordered: Record<string, unknown> = {};
    const keys = Object.keys(value).sort();
    this.members += keys.length;
    for (const key of keys) setMember(ordered, key, this.of(membersOf(value)[key]));
    return ordered;
  }

  #number(value: number): number | bigint {
    if (!Number.isFinite(value)) this.isFinite = false;
    return rereadFloat(value);
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** In JSON: equals the number of members, including duplicates. */
function colonsIn(json: string): number {
  let colons = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === COLON) colons++;
    else if (code === QUOTE) at = closingQuote(json, at);
  }
  return colons;
}

function closingQuote(json: string, opening: number): number {
  for (let at = opening + 1; ; ) {
    at = json.indexOf('"', at);
    let slashes = 0;
    while (json.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
    at++;
  }
}
