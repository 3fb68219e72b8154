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
    const call = await beginRequest(request, socket);
    body.pipe(call);
    return responseTo(call);
  };
}

/** A request over the connection; its body is yet to be written. */
async function beginRequest({ method, path, headers, tls }: PodHttpRequest, socket: Duplex): Promise<ClientRequest> {
  const connection = tls === undefined ? socket : await secured(socket, tls);
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

export function secured(
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
