/** Follows redirects the way Go's net/http does. */
import { goQuote } from "../../api/machinery/field-error.ts";
import { parseUrl } from "../../api/machinery/network/go-url.ts";

/** A call after the redirects so far: one that became a GET has lost its body. */
export interface Hop {
  readonly method: "POST" | "GET";
  readonly address: URL;
  readonly referer?: string;
}

export type Redirect =
  | { readonly ok: true; readonly to: Hop }
  /** `at` is the address named in the message. */
  | { readonly ok: false; readonly at: string; readonly problem: string };

const MAX_REDIRECTS = 10;

/** Undefined if the answer is no redirect. `count` is the number of earlier ones. */
export function redirectOf(from: Hop, response: Response, count: number): Redirect | undefined {
  const location = response.headers.get("Location") ?? "";
  const preservesMethod = response.status === 307 || response.status === 308;
  if (location === "" || !(preservesMethod || [301, 302, 303].includes(response.status))) return undefined;
  const fail = (problem: string, at = String(from.address)): Redirect => ({ ok: false, at, problem });
  const parsed = parseUrl(location);
  if (typeof parsed === "string") return fail(`failed to parse Location header ${goQuote(location)}: ${parsed}`);
  if (!URL.canParse(location, from.address)) return fail(`failed to parse Location header ${goQuote(location)}`);
  if (count >= MAX_REDIRECTS) return fail(`stopped after ${MAX_REDIRECTS} redirects`, location);
  const address = new URL(location, from.address);
  // Reviews must not be sent over plain HTTP.
  if (address.protocol !== "https:")
    return fail(`unsupported protocol scheme ${goQuote(address.protocol.slice(0, -1))}`, String(address));
  return { ok: true, to: { method: preservesMethod ? from.method : "GET", address, referer: refererOf(from.address) } };
}

function refererOf(address: URL): string {
  const referer = new URL(address);
  referer.username = "";
  referer.password = "";
  referer.hash = "";
  return String(referer);
}
