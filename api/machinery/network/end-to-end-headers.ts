/** Headers that are for whoever answers in the end, and not for the next hop alone (RFC 9110, 7.6.1), as Go's reverse proxy passes them on. */

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

/** What `Connection` names is for this hop, too. */
export function endToEnd<H extends Header>(headers: Iterable<H>): H[] {
  const all = [...headers];
  const named = new Set(
    all.flatMap(([name, value]) => (name.toLowerCase() === "connection" ? value.toLowerCase().split(/\s*,\s*/) : [])),
  );
  return all.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.has(name.toLowerCase()));
}
