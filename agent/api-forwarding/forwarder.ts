/**
 * Forwards the requests of a server's clients to the API server, with their own credentials: streams, uploads and
 * WebSockets as they are, and SPDY as WebSockets, because the API speaks no SPDY.
 */
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { containConnections } from "../contained-faults.ts";
import type { ApiCalls } from "../control-plane/api-calls.ts";
import { keepAlive } from "../keep-alive.ts";
import { endToEnd } from "./end-to-end.ts";
import { bridgeSpdy, requestsSpdy } from "./spdy-bridge.ts";
import { headOf, passRefusal, refuse, unreachable } from "./upgrade-answers.ts";

/** As long as kube-apiserver keeps idle connections: clients count on finding them open. */
const IDLE_MS = 90_000;
/** Commands to be run are part of the URL. What is too long for the API server, it refuses itself. */
const MAX_HEAD_BYTES = 256 * 1024;

export class Forwarder {
  readonly #calls: ApiCalls;
  readonly #sockets = new Set<Duplex>();
  /** Handshakes fail until it has a certificate (`setSecureContext`). */
  readonly server: Server;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
    // Watches and uploads take as long as they take.
    const patience = { requestTimeout: 0, keepAliveTimeout: IDLE_MS };
    this.server = createServer({ ...patience, maxHeaderSize: MAX_HEAD_BYTES, noDelay: true });
    containConnections(this.server, "a forwarded request");
    this.server.on("request", (request, response) => {
      if (isPath(request.url)) this.#pass(request, response);
      else response.writeHead(400).end();
    });
    this.server.on("upgrade", (request, socket, head) => {
      this.#track(socket);
      socket.on("error", () => socket.destroy());
      if (!isPath(request.url)) socket.destroy();
      else if (requestsSpdy(request))
        bridgeSpdy(request, socket, { calls: this.#calls, head }).catch(() => socket.destroy());
      else this.#upgrade(request, socket, head);
    });
    this.server.on("connection", (socket: Socket) => this.#track(keepAlive(socket)));
    this.server.on("tlsClientError", () => {});
  }

  close(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #request({ method = "GET", url = "/", headers }: IncomingMessage, more: OutgoingHttpHeaders = {}): ClientRequest {
    // Otherwise Node assumes that there is no body, for methods that usually have none.
    const framing = headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
    return this.#calls.open(url, { method, headers: { ...endToEnd(headers), ...framing, ...more } });
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const upstream = this.#request(request);
    upstream.once("response", (received) => {
      response.writeHead(received.statusCode ?? 502, endToEnd(received.headers));
      // A watch's headers matter even if nothing has happened yet.
      response.flushHeaders();
      received.pipe(response);
      received.once("error", () => response.destroy());
    });
    upstream.once("error", (error) => {
      const { code, type, body } = unreachable(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(code, { "content-type": type }).end(body);
    });
    response.once("close", () => upstream.destroy());
    request.pipe(upstream);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { upgrade = "" } = request.headers;
    const upstream = this.#request(request, { connection: "upgrade", upgrade });
    upstream.once("upgrade", (received, other, first) => {
      this.#track(other);
      socket.write(headOf(received));
      socket.write(first);
      other.write(head);
      other.pipe(socket).pipe(other);
      other.on("error", () => socket.destroy());
      other.once("close", () => socket.destroy());
      socket.once("close", () => other.destroy());
    });
    upstream.once("response", (received) => passRefusal(socket, received));
    upstream.once("error", (error) => refuse(socket, unreachable(error)));
    socket.once("close", () => upstream.destroy());
    upstream.end();
  }
}

/** A proxy request has a whole URL, which must not be appended to the control plane's. */
const isPath = (url = ""): boolean => url.startsWith("/");
