/**
 * How pods reach an API server that requires its own host name, as on Cloudflare, or a path: the agent terminates their
 * TLS, and forwards their requests, with their tokens, over connections of its own.
 */
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../logger.ts";
import type { Backend } from "../proxy/rule-set.ts";
import type { ControlPlaneCalls } from "./control-plane-calls.ts";
import { type DoorCertificate, fetchDoorCertificate } from "./door-certificate.ts";

const RETRY_MS = { first: 500, most: 30_000 };
/** The longest delay that timers support. */
const LONGEST_WAIT_MS = 86_400_000;
/** Headers that concern a single connection, and so are not forwarded. */
const HOP_BY_HOP = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  // Node.js throws if a message that has it is not chunked.
  "trailer",
  "transfer-encoding",
]);

export interface EndingApiDoorOptions {
  readonly nodeName: string;
  readonly controlPlane: ControlPlaneCalls;
  readonly log: Logger;
}

export class EndingApiDoor {
  readonly #options: EndingApiDoorOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #timer: NodeJS.Timeout | undefined;
  #retryMs = RETRY_MS.first;
  #isClosed = false;
  #complaint = "";

  /** Listens at once; handshakes fail until the control plane has issued a certificate. */
  static open(address: string, options: EndingApiDoorOptions): Promise<EndingApiDoor> {
    return new Promise((resolve, reject) => {
      const door = new EndingApiDoor(options);
      door.#server.once("error", reject);
      door.#server.listen(0, address, () => {
        door.#server.off("error", reject);
        void door.#certify();
        resolve(door);
      });
    });
  }

  private constructor(options: EndingApiDoorOptions) {
    this.#options = options;
    // Watches and uploads take as long as they take.
    this.#server = createServer({ requestTimeout: 0, noDelay: true });
    this.#server.on("request", (asked, answer) => {
      if (isPath(asked.url)) this.#pass(asked, answer);
      else answer.writeHead(400).end();
    });
    this.#server.on("upgrade", (asked, socket, head) => {
      if (isPath(asked.url)) this.#upgrade(asked, socket, head);
      else socket.destroy();
    });
    this.#server.on("connection", (socket: Socket) => this.#keep(socket));
    this.#server.on("tlsClientError", () => {});
  }

  get at(): Backend {
    const bound = this.#server.address();
    if (typeof bound !== "object" || bound === null) throw new Error("the way to the API server is closed");
    return { address: bound.address, port: bound.port };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  async #certify(): Promise<void> {
    const { controlPlane, nodeName, log } = this.#options;
    let wait: number;
    try {
      const certificate = await fetchDoorCertificate(controlPlane, nodeName);
      this.#show(certificate);
      this.#retryMs = RETRY_MS.first;
      wait = Math.min(certificate.renewAt - Date.now(), LONGEST_WAIT_MS);
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#complaint) log.warn(message);
      this.#complaint = message;
      wait = this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#certify(), Math.max(wait, RETRY_MS.first)).unref();
  }

  #show({ key, cert }: DoorCertificate): void {
    this.#complaint = "";
    this.#server.setSecureContext({ key, cert });
  }

  #ask({ method = "GET", url = "/", headers }: IncomingMessage, more: OutgoingHttpHeaders = {}): ClientRequest {
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
    // Otherwise Node assumes that there is no body, for methods that usually have none.
    const framing = headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
    return this.#options.controlPlane.open(url, { method, headers: { ...passed, ...framing, ...more } });
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { upgrade: _, ...headers } = asked.headers;
    asked.headers = headers;
    const upstream = this.#ask(asked);
    upstream.once("response", (answered) => {
      answer.writeHead(answered.statusCode ?? 502, endToEnd(answered));
      // A watch's headers matter even if nothing has happened yet.
      answer.flushHeaders();
      answered.pipe(answer);
      answered.once("error", () => answer.destroy());
    });
    upstream.once("error", (error) => (answer.headersSent ? answer.destroy() : refuse(answer, error)));
    answer.once("close", () => upstream.destroy());
    asked.pipe(upstream);
  }

  #upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const { upgrade = "" } = asked.headers;
    const upstream = this.#ask(asked, { connection: "upgrade", upgrade });
    upstream.once("upgrade", (answered, other, first) => {
      this.#keep(other);
      socket.write(`${headOf(answered)}\r\n`);
      socket.write(first);
      other.write(head);
      other.pipe(socket).pipe(other);
      other.on("error", () => socket.destroy());
      other.once("close", () => socket.destroy());
      socket.once("close", () => other.destroy());
    });
    upstream.once("response", (answered) => {
      socket.write(`${headOf(answered, "connection: close\r\n")}\r\n`);
      answered.pipe(socket);
    });
    upstream.once("error", () => socket.destroy());
    upstream.end();
  }
}

/** A proxy request has a whole URL, which must not be appended to the control plane's. */
const isPath = (url = ""): boolean => url.startsWith("/");

const endToEnd = ({ headers }: IncomingMessage): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));

/** The head as received; `more` replaces the headers about the connection, for one that is about to close. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage, more?: string): string {
  const lines = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (more === undefined || !HOP_BY_HOP.has((rawHeaders[i] ?? "").toLowerCase()))
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`);
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join("")}${more ?? ""}`;
}

function refuse(answer: ServerResponse, error: Error): void {
  const message = `the node cannot reach the API server: ${error.message}`;
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message };
  answer.writeHead(503, { "content-type": "application/json" });
  answer.end(JSON.stringify({ ...status, reason: "ServiceUnavailable", code: 503 }));
}
