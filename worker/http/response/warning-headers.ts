/**
 * Texts as `Warning` headers (apiserver/pkg/endpoints/filters, WithWarningRecorder): each once, and in total no longer
 * than clients read.
 */

/** All texts together, in characters. */
const ROOM = 4096;
/** Each text, if they do not all fit in full. */
const SHORT = 256;

export function warningHeaders(texts: readonly string[]): string[] {
  const all = [...new Set(texts)].filter((text) => text !== "" && !UNSAID.test(text)).map((text) => [...text]);
  const length = all.reduce((sum, text) => sum + text.length, 0);
  if (length <= ROOM) return all.map(headerOf);
  const headers: string[] = [];
  let written = 0;
  for (const text of all) {
    if (written >= ROOM) break;
    const short = text.slice(0, SHORT);
    written += short.length;
    headers.push(headerOf(short));
  }
  return headers;
}

/** A text with a control character cannot be a header, and Kubernetes drops it. */
const UNSAID = /\p{Cc}/u;

const headerOf = (text: readonly string[]) => `299 - ${quoted(text.join(""))}`;

/** A quoted-string as in RFC 9110. */
const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
