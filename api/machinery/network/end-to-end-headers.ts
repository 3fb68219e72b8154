/**
 * Headers meant for the final recipient, and not for the next hop only (RFC 9110, 7.6.1), as forwarded by Go's reverse
 * proxy.
 */

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

type Header = readonly [name: string, value: string];

const wordsOf = (value: string): string[] => value.split(",").map((word) => word.trim().toLowerCase());

/** Headers named in `Connection` are hop-by-hop, too. */
export function endToEnd<H extends Header>(headers: Iterable<H>): H[] {
  const all = [...headers];
  const named = new Set(all.flatMap(([name, value]) => (name.toLowerCase() === "connection" ? wordsOf(value) : [])));
  return all.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.has(name.toLowerCase()));
}
