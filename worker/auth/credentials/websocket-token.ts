import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";

/**
 * Browsers cannot give a WebSocket an Authorization header: a token comes as one of the subprotocols that they offer
 * (apiserver/pkg/authentication/request/websocket).
 */
const PREFIX = "base64url.bearer.authorization.k8s.io.";

/** A token that cannot be read is one that nobody knows; so is one beside which no protocol is offered. */
export function webSocketToken({ headers }: Request): string | undefined {
  if (headers.get("Upgrade")?.toLowerCase() !== "websocket") return undefined;
  const offered = (headers.get("Sec-WebSocket-Protocol") ?? "").split(",").map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(PREFIX));
  const [token] = tokens;
  if (token === undefined) return undefined;
  if (tokens.length > 1 || offered.length === 1) return UNREADABLE;
  const bytes = fromBase64Url(token.slice(PREFIX.length));
  // Tokens are letters, digits and a few signs: whatever else was meant is known to nobody.
  return bytes ? new TextDecoder().decode(bytes) : UNREADABLE;
}

/** What else is offered: the token is not for whoever answers. */
export const withoutToken = (protocols: string): string =>
  protocols
    .split(",")
    .map((name) => name.trim())
    .filter((name) => !name.startsWith(PREFIX))
    .join(", ");

const UNREADABLE = "unreadable";
