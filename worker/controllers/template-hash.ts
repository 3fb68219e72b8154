/**
 * The hash of a pod template in names and labels: FNV-32a, printed in Kubernetes' safe alphabet. Kubernetes hashes a Go
 * print of the template; here it is its canonical JSON, which is as stable and nobody else can compare.
 */
import type { PodTemplateSpec } from "../../api/generated/core.v1.ts";

/** No vowels, and no digits that read like them: no hash spells a word. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Each character of the decimal number, mapped into the safe alphabet. */
export const safeEncode = (text: string): string =>
  [...text].map((character) => ALPHABET[character.charCodeAt(0) % ALPHABET.length]).join("");

export const templateHash = (template: PodTemplateSpec | undefined, collisions: number | undefined): string =>
  safeEncode(String(fnv32a(canonical(template ?? null) + (collisions === undefined ? "" : String(collisions)))));

/** JSON with keys in order and absent values left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}

function* utf8(text: string): Iterable<number> {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) yield point;
    else if (point < 0x800) yield* [0xc0 | (point >> 6), 0x80 | (point & 63)];
    else if (point < 0x10000) yield* [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
    else yield* [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  }
}
