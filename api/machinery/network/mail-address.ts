/** One mail address as parsed by Go's net/mail: `a@b.c`, `Somebody <a@b.c>`, optionally followed by a comment. */
import { isIP } from "./ip.ts";

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: what may not stand in an address.
const ATOM = String.raw`[^\s()<>[\]:;@\\,".\x00-\x1f\x7f]+`;
const QUOTED = String.raw`"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*"`;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: the same.
const DOTTED = `${ATOM}(?:\\.${ATOM})*`;
const SPEC = String.raw`(?:${DOTTED}|(?!"")${QUOTED})@[ \t]*(?:${DOTTED}|\[([^\]]*)\])`;
const COMMENT = String.raw`(?:[ \t]*\([^()\\]*\))*`;
const PLAIN = new RegExp(String.raw`^[ \t]*${SPEC}${COMMENT}[ \t]*$`);
const NAMED = new RegExp(String.raw`^(?:[^\s()<>[\]:;@\\,"]|[ \t]|${QUOTED})*<[ \t]*${SPEC}>${COMMENT}[ \t]*$`);

const MAX_LENGTH = 4096;

export function isMailAddress(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const found = PLAIN.exec(text) ?? NAMED.exec(text);
  return found !== null && (found[1] === undefined || isIP(found[1]));
}
