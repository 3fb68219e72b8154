import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers that concern a single connection, and so are not forwarded. */
const HOP_BY_HOP = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  // Node.js throws if a message that has it is not chunked.
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export const isHopByHop = (name: string): boolean => HOP_BY_HOP.has(name.toLowerCase());

export const endToEnd = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !isHopByHop(name)));
