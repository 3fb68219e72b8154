import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";

/**
 * Browsers cannot set an Authorization header on a WebSocket, so the token is passed as one of the offered subprotocols
 * (apiserver/pkg/authentication/request/websocket).
 */
const PREFIX = "base64url.bearer.authorization.k8s.io.";

/** A token that cannot be decoded counts as unknown; so does one that is the only protocol offered. */
export function webSocketToken({ headers }: Request): string | undefined {
  if (headers.get("Upgrade")?.toLowerCase() !== "websocket") return undefined;
  const offered = (headers.get("Sec-WebSocket-Protocol") ?? "").split(",").map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(PREFIX));
  const [token] = tokens;
  if (token === undefined) return undefined;
  if (tokens.length > 1 || offered.length === 1) return UNREADABLE;
  const bytes = fromBase64Url(token.slice(PREFIX.length));
  // Tokens consist of letters, digits and a few signs: anything else is unknown anyway.
  return bytes ? new TextDecoder().decode(bytes) : UNREADABLE;
}

/** The other offered protocols; the token is not for the backend. */
export const withoutToken = (protocols: string): string =>
  protocols
    .split(",")
    .map((name) => name.trim())
    .filter((name) => !name.startsWith(PREFIX))
    .join(", ");

const UNREADABLE = "unreadable";
