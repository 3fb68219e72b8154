/** The first message of a TLS client (RFC 8446, 4.1.2), as far as it is read before choosing what to do with it. */

import type { Socket } from "node:net";

const RECORD = { handshake: 22, headBytes: 5 } as const;
const CLIENT_HELLO = 1;
/** Application-layer protocol negotiation (RFC 7301). */
const ALPN = 16;
/** No client's first message is longer, records included. */
const MAX_BYTES = 16 * 1024;
/** A client that says nothing would hold its connection for good. */
const HELLO_TIMEOUT_MS = 10_000;

export type Hello = "incomplete" | "with-alpn" | "without-alpn" | "no-hello";

/** Calls back with the kind of the first message, which is put back to be read again; never if the client leaves, or is too slow. */
export function readClientHello(client: Socket, onHello: (hello: Hello) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const leave = () => client.destroy();
  const overdue = setTimeout(leave, HELLO_TIMEOUT_MS);
  client.once("close", () => clearTimeout(overdue));
  const read = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const hello = readHello(bytes);
    if (hello === "incomplete") return;
    clearTimeout(overdue);
    client.off("data", read);
    client.off("end", leave);
    client.off("error", leave);
    client.pause();
    client.unshift(bytes);
    onHello(hello);
  };
  client.on("data", read);
  client.once("end", leave);
  client.once("error", leave);
}

/** `bytes`: all that the client has sent so far. */
export function readHello(bytes: Buffer): Hello {
  if (bytes.length > MAX_BYTES) return "no-hello";
  const fragments: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== RECORD.handshake) return "no-hello";
    if (bytes.length < at + RECORD.headBytes) break;
    const end = at + RECORD.headBytes + bytes.readUInt16BE(at + 3);
    fragments.push(bytes.subarray(at + RECORD.headBytes, end));
    at = end;
  }
  const message = Buffer.concat(fragments);
  if (message.length < 4) return "incomplete";
  const length = message.readUIntBE(1, 3);
  if (message[0] !== CLIENT_HELLO || length > MAX_BYTES) return "no-hello";
  if (message.length < 4 + length) return "incomplete";
  try {
    return hasExtension(message.subarray(4, 4 + length), ALPN) ? "with-alpn" : "without-alpn";
  } catch {
    return "no-hello";
  }
}

/** Throws if it is cut off. */
function hasExtension(hello: Buffer, wanted: number): boolean {
  // The version and 32 random bytes; then the session, the ciphers and the compressions, each with its length.
  let at = 34;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  // A client of TLS 1.2 may have no extensions.
  if (at === hello.length) return false;
  for (at += 2; at < hello.length; at += 4 + hello.readUInt16BE(at + 2))
    if (hello.readUInt16BE(at) === wanted) return true;
  return false;
}
