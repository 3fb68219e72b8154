/**
 * A request's URL in parts. URL and URLSearchParams are platform objects that cost as much as deciding a small request,
 * so they are only created for URLs that need them.
 */

/** A path that URL would leave unchanged: no escapes, no dot segments, nothing to be escaped. */
const PLAIN = /^[a-z]+:\/\/[^/?#]+((?:\/(?!\.)[\w.~:@!$&'()*+,;=-]*)+)(?:\?|$)/;

/** Like URL.pathname: percent-encoded, dot segments resolved. */
export const pathnameOf = (url: string): string => PLAIN.exec(url)?.[1] ?? new URL(url).pathname;

export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf("?");
  if (at < 0) return NONE;
  const text = url.slice(at + 1);
  return new URLSearchParams(UNREADABLE.test(text) ? withoutUnreadable(text) : text);
}

/** Parameters that Go rejects: with a semicolon, or an invalid escape. */
const UNREADABLE = /;|%(?![\da-f]{2})/i;

const withoutUnreadable = (query: string): string =>
  query
    .split("&")
    .filter((pair) => !UNREADABLE.test(pair))
    .join("&");

/** Shared by all requests without a query; must not be modified. */
const NONE = new URLSearchParams();
