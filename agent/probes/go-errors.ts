/** Failed connections and answers, as Go words them: users know these texts from the kubelet's events. */
import { isIPv6 } from "node:net";

export const joinHostPort = (host: string, port: number): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

const CALLS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ECONNRESET: "read: connection reset by peer",
};

/** Of a connection that did not come about. */
export const dialError = (error: NodeJS.ErrnoException, address: string): string =>
  `dial tcp ${address}: ${CALLS[error.code ?? ""] ?? error.message}`;

/** OpenSSL's words, in its versions, for an answer that begins as none of TLS does. */
const NOT_TLS = /wrong version number|packet length too long/i;
export const isNotTls = ({ message }: Error): boolean => NOT_TLS.test(message);

/** What Node.js adds where an answer is no HTTP. */
interface Unparsed extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** Of a request that has had no answer; `local` is the address that it came from, where it left at all. */
export function requestError(error: Unparsed, address: string, local: string | undefined): string {
  const { code = "", syscall, rawPacket } = error;
  if (isNotTls(error)) return "http: server gave HTTP response to HTTPS client";
  if (rawPacket !== undefined && code.startsWith("HPE_")) {
    const [line = ""] = rawPacket.toString("latin1").split(/\r?\n/);
    return `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${JSON.stringify(line)}`;
  }
  // Node.js gives an end before the answer the code of a reset, but no system call.
  if (code === "ECONNRESET" && syscall === undefined) return "EOF";
  if (code === "ECONNRESET" && local !== undefined) return `${syscall} tcp ${local}->${address}: ${CALLS[code]}`;
  return dialError(error, address);
}
