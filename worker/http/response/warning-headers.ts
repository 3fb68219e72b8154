/**
 * Texts as `Warning` headers (apiserver/pkg/endpoints/filters, WithWarningRecorder): each once, and in total no longer
 * than clients read.
 */

/** All texts together, in characters. */
const MAX_LENGTH = 4096;
/** Each text, if they do not all fit in full. */
const SHORT_LENGTH = 256;

export function warningHeaders(texts: readonly string[]): string[] {
  const all = [...new Set(texts)]
    .filter((text) => text !== "" && !CONTROL_CHARACTER.test(text))
    // There is no room for more, even if each is one character.
    .slice(0, MAX_LENGTH)
    .map((text) => [...text]);
  const length = all.reduce((sum, text) => sum + text.length, 0);
  if (length <= MAX_LENGTH) return all.map(headerOf);
  const headers: string[] = [];
  let written = 0;
  for (const text of all) {
    if (written >= MAX_LENGTH) break;
    const short = text.slice(0, SHORT_LENGTH);
    written += short.length;
    headers.push(headerOf(short));
  }
  return headers;
}

/** A text with a control character cannot be a header, and Kubernetes drops it. */
const CONTROL_CHARACTER = /\p{Cc}/u;

const headerOf = (text: readonly string[]) => `299 - ${quoted(text.join(""))}`;

/** A quoted-string as in RFC 9110. */
const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
