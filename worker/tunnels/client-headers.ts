/** A client's headers as they go on to another server: without its credentials, and what is about this connection. */
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import { withoutToken } from "../auth/credentials/websocket-token.ts";

const OWN: ReadonlySet<string> = new Set(["authorization", "host", "accept-encoding", "content-length"]);
const PROTOCOLS = "sec-websocket-protocol";

export const clientHeaders = (headers: Headers): [string, string][] =>
  endToEnd(headers)
    .filter(([name]) => !OWN.has(name) && !name.startsWith("impersonate-"))
    .map(([name, value]) => [name, name === PROTOCOLS ? withoutToken(value) : value]);
