/**
 * A request's URL in parts. URL and URLSearchParams are objects of the platform and cost as much as deciding a small request:
 * they are made only where a URL needs them.
 */

/** A path that URL would leave as it is: no escapes, no dot segments, nothing to be escaped. */
const PLAIN = /^[a-z]+:\/\/[^/?#]+((?:\/(?!\.)[\w.~:@!$&'()*+,;=-]*)+)(?:\?|$)/;

/** As URL.pathname: percent-encoded, dot segments resolved. */
export const pathnameOf = (url: string): string => PLAIN.exec(url)?.[1] ?? new URL(url).pathname;

export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf("?");
  if (at < 0) return NONE;
  const text = url.slice(at + 1);
  return new URLSearchParams(UNREADABLE.test(text) ? withoutUnreadable(text) : text);
}

/** What Go reads in no parameter: a semicolon, and an escape that is none. */
const UNREADABLE = /;|%(?![\da-f]{2})/i;

const withoutUnreadable = (query: string): string =>
  query
    .split("&")
    .filter((pair) => !UNREADABLE.test(pair))
    .join("&");

/** Shared by all requests without a query, which nobody changes. */
const NONE = new URLSearchParams();
