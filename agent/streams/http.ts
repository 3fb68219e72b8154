/** An HTTP request to a port of a pod: its body arrives through the tunnel, and the response goes back. */
import { type ClientRequest, type IncomingMessage, request as send } from "node:http";
import { type Duplex, PassThrough } from "node:stream";
import { connect as connectTls } from "node:tls";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import type { NodeResponse, PodHttpRequest, TlsExpectation } from "../../api/node/node-sync.ts";
import { writeTo } from "../spdy/write-to.ts";
import { CHANNEL, type Tunnel } from "./tunnel.ts";
import { connectVerified } from "./verified-tls.ts";

/** Makes a request, with the body that came with it, over a connection that it may open. */
export type SendHttp = (request: PodHttpRequest, connect: () => Promise<Duplex>) => Promise<IncomingMessage>;

/** Makes a request over a connection of its own, with a body that comes through the tunnel. */
export function receiveBody(tunnel: Tunnel): SendHttp {
  // The body is on its way already.
  const body = new PassThrough();
  tunnel.onFrame = (channel, bytes) => {
    if (channel === CHANNEL.stdin) return writeTo(body, bytes);
    if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdin) body.end();
    return undefined;
  };
  return async (request, connect) => {
    const socket = await connect();
    tunnel.signal.addEventListener("abort", () => socket.destroy());
    if (tunnel.signal.aborted) {
      socket.destroy();
      throw new Error("the client has left");
    }
    const call = await beginRequest(request, socket, tunnel.signal);
    body.pipe(call);
    return responseTo(call);
  };
}

/** A request over the connection; its body is yet to be written. */
async function beginRequest(
  { method, path, headers, tls }: PodHttpRequest,
  socket: Duplex,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const connection = tls === undefined ? socket : await secured(socket, tls, signal);
  return send({
    method,
    path,
    headers: [...endToEnd(headers), ["Connection", "close"]].flat(),
    setHost: false,
    createConnection: () => connection,
  });
}

export const responseTo = (call: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
  });

export const headOf = (response: IncomingMessage): NonNullable<NodeResponse["http"]> => ({
  status: response.statusCode ?? 502,
  headers: endToEnd(headersOf(response)),
});

/** How long a server may take to say what TLS needs: Go's default. */
const HANDSHAKE_MS = 10_000;

/** TLS over the connection, which ends if there is none in time, or once nobody waits for it (`signal`). */
export function secured(socket: Duplex, expectation: TlsExpectation, signal?: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const settled = () => {
      clearTimeout(overdue);
      signal?.removeEventListener("abort", leave);
    };
    const fail = (error: Error) => {
      settled();
      // Nothing may come of it: it would end silently.
      socket.destroy();
      reject(error);
    };
    const leave = () => fail(new Error("the client has left"));
    const overdue = setTimeout(() => fail(new Error("net/http: TLS handshake timeout")), HANDSHAKE_MS);
    signal?.addEventListener("abort", leave);
    handshake(socket, expectation).then((secure) => {
      settled();
      resolve(secure);
    }, fail);
    if (signal?.aborted) leave();
  });
}

function handshake(
  socket: Duplex,
  { serverName, authorities, unverified = false, identity }: TlsExpectation,
): Promise<Duplex> {
  const options = {
    socket,
    servername: serverName,
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
  };
  if (!unverified) return connectVerified(options);
  return new Promise((resolve, reject) => {
    const secure = connectTls({ ...options, rejectUnauthorized: false });
    secure.once("secureConnect", () => resolve(secure));
    secure.once("error", reject);
  });
}

export const headersOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i] ?? "", rawHeaders[2 * i + 1] ?? ""]);
