/** Connection and response errors in Go's words: users know these texts from the kubelet's events. */

const CALLS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ECONNRESET: "read: connection reset by peer",
};

/** For a connection that could not be established. */
export const dialError = (error: NodeJS.ErrnoException, address: string): string =>
  `dial tcp ${address}: ${CALLS[error.code ?? ""] ?? error.message}`;

/** OpenSSL's messages, in its versions, for a response that is not TLS. */
const NOT_TLS = /wrong version number|packet length too long/i;
export const isNotTls = ({ message }: Error): boolean => NOT_TLS.test(message);

/** What Node.js adds when a response is not HTTP. */
interface Unparsed extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** For a request without a response; `local` is the address that it was sent from, if it was sent at all. */
export function requestError(error: Unparsed, address: string, local: string | undefined): string {
  const { code = "", syscall, rawPacket } = error;
  if (isNotTls(error)) return "http: server gave HTTP response to HTTPS client";
  if (rawPacket !== undefined && code.startsWith("HPE_")) {
    const [line = ""] = rawPacket.toString("latin1").split(/\r?\n/);
    return `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${JSON.stringify(line)}`;
  }
  // Node.js reports a connection closed before the response with the code of a reset, but without a system call.
  if (code === "ECONNRESET" && syscall === undefined) return "EOF";
  if (code === "ECONNRESET" && local !== undefined) return `${syscall} tcp ${local}->${address}: ${CALLS[code]}`;
  return dialError(error, address);
}
