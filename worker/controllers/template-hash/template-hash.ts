/**
 * The hashes in names and labels of replica sets and controller revisions, as kube-controller-manager computes them:
 * FNV, printed in Kubernetes' safe alphabet. A cluster that is moved here keeps its replica sets.
 */
import type { PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import { dumpForHash } from "./dump-for-hash.ts";

/** No vowels, and no digits that look like them: no hash spells a word. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** Maps each character of the decimal number into the safe alphabet. */
const safeEncode = (text: string): string =>
  [...text].map((character) => ALPHABET[character.charCodeAt(0) % ALPHABET.length]).join("");

/** FNV-1a of the template's printed form and, if there is one, the collision count (controller.ComputeHash). */
export function templateHash(template: PodTemplateSpec | undefined, collisions: number | undefined): string {
  let hash = BASIS;
  const take = (byte: number) => {
    hash = Math.imul(hash ^ byte, PRIME);
  };
  for (const byte of utf8(dumpForHash("core.v1.PodTemplateSpec", template ?? {}))) take(byte);
  // Four bytes of the count in a buffer of eight.
  if (collisions !== undefined)
    for (let bits = 0; bits < 64; bits += 8) take(bits < 32 ? (collisions >>> bits) & 0xff : 0);
  return safeEncode(String(hash >>> 0));
}

/** FNV-1 of a revision's data as Go prints its JSON, and of the collision count (history.HashControllerRevision). */
export function dataHash(data: unknown, collisions: number): string {
  let hash = BASIS;
  for (const byte of utf8(asInGo(canonical(data)) + String(collisions))) hash = Math.imul(hash, PRIME) ^ byte;
  return safeEncode(String(hash >>> 0));
}

/** JSON with sorted keys, and without absent values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}

/** Go escapes HTML characters, and JavaScript's two line separators. */
const asInGo = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

function* utf8(text: string): Iterable<number> {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) yield point;
    else if (point < 0x800) yield* [0xc0 | (point >> 6), 0x80 | (point & 63)];
    else if (point < 0x10000) yield* [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
    else yield* [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  }
}
