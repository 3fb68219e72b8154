/**
 * Joins two byte streams: a client's and a node's. One for each exec, log, attach or port-forward, named by an id that
 * the node is told; the node dials back. The frames are described in docs/spec/node-link.md.
 */
import { DurableObject } from "cloudflare:workers";
import { failure, internalError } from "../api/machinery/status.ts";
import { ANSWERED_BY_POD, MESSAGE_CHANNEL, type NodeAnswer } from "../api/node-sync.ts";
import { fromClient, toClient } from "../api/terminal-protocol.ts";

/** How long the node may take to dial back. */
const DIAL_MS = 15_000;
const STDIN = 0;
const STDOUT = 1;
const CLOSE = 255;
/** Answers that have no body (fetch forbids one). */
const BODILESS = new Set([204, 205, 304]);

const statusResponse = (status: ReturnType<typeof failure>): Response =>
  Response.json(status, { status: status.code ?? 500 });

function headersOf({ headers }: NonNullable<NodeAnswer["http"]>): Headers {
  const found = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  found.set(ANSWERED_BY_POD, "yes");
  return found;
}

/** A message of a pod's WebSocket, and the frame that carries it with its kind. */
function frameOf(message: string | ArrayBuffer): Uint8Array {
  const bytes = typeof message === "string" ? new TextEncoder().encode(message) : new Uint8Array(message);
  const frame = new Uint8Array(bytes.length + 1);
  frame[0] = typeof message === "string" ? MESSAGE_CHANNEL.text : MESSAGE_CHANNEL.binary;
  frame.set(bytes, 1);
  return frame;
}

function messageOf(frame: ArrayBuffer): string | Uint8Array {
  const [kind] = new Uint8Array(frame, 0, 1);
  const bytes = new Uint8Array(frame, 1);
  return kind === MESSAGE_CHANNEL.text ? new TextDecoder().decode(bytes) : bytes;
}

/** What a frame carries of a body. */
const FRAME_BYTES = 256 * 1024;

function sendInput(socket: WebSocket, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
    const part = bytes.subarray(at, at + FRAME_BYTES);
    const frame = new Uint8Array(part.length + 1);
    frame[0] = STDIN;
    frame.set(part, 1);
    socket.send(frame);
  }
  socket.send(new Uint8Array([CLOSE, STDIN]));
}

export class Tunnel extends DurableObject {
  #node: string | undefined;
  #dialled: (socket: WebSocket) => void = () => {};
  readonly #dial = new Promise<WebSocket>((resolve) => {
    this.#dialled = resolve;
  });

  /** `/client?node=`: the client's side; `/node?node=`: the node's. Both authorized by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const node = url.searchParams.get("node") ?? "";
    if (url.pathname === "/node") return this.#acceptNode(node);
    this.#node = node;
    const socket = await Promise.race([
      this.#dial,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), DIAL_MS)),
    ]);
    if (socket === undefined) return statusResponse(internalError(`node ${node} did not answer`));
    if (request.headers.get("Upgrade") !== null) return this.#join(socket, request);
    const answer = this.#stream(socket);
    if (request.method === "POST") sendInput(socket, new Uint8Array(await request.arrayBuffer()));
    return answer;
  }

  #acceptNode(node: string): Response {
    if (this.#node !== node) return statusResponse(failure(404, "NotFound", "no such tunnel"));
    const { 0: client, 1: server } = new WebSocketPair();
    server.binaryType = "arraybuffer";
    server.accept();
    this.#dialled(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The node's first frame. */
  #answer(socket: WebSocket): Promise<NodeAnswer> {
    return new Promise((resolve) => {
      socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)) as NodeAnswer), { once: true });
      socket.addEventListener(
        "close",
        () => resolve({ code: 500, reason: "InternalError", message: "the node is gone" }),
        {
          once: true,
        },
      );
    });
  }

  /** One direction, as an HTTP body. The node's window opens as the client reads. */
  async #stream(socket: WebSocket): Promise<Response> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    let written: Promise<unknown> = Promise.resolve();
    const abandon = () => socket.close(1001, "the client is gone");
    let answered = false;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") {
        answered = true;
        return;
      }
      const bytes = new Uint8Array(data as ArrayBuffer);
      if (bytes[0] !== STDOUT) return;
      written = written
        .then(() => writer.write(bytes.subarray(1)))
        .then(() => socket.send(JSON.stringify({ read: bytes.length })))
        .catch(abandon);
    });
    socket.addEventListener("close", () => {
      void written.then(() => writer.close()).catch(() => {});
    });
    writer.closed.catch(abandon);
    const { code, reason = "", message = "", http } = await this.#answer(socket);
    if (code !== 200 || !answered) return statusResponse(failure(code, reason, message));
    if (http) {
      const headers = headersOf(http);
      // As it came: what the pod compressed stays so.
      return new Response(BODILESS.has(http.status) ? null : readable, {
        status: http.status,
        headers,
        encodeBody: "manual",
      });
    }
    return new Response(readable, { headers: { "Content-Type": "text/plain", "Content-Encoding": "identity" } });
  }

  /** Both directions: frames pass as they are. */
  async #join(socket: WebSocket, request: Request): Promise<Response> {
    const protocol = request.headers.get("X-Sailplane-Protocol") ?? "";
    const early: ArrayBuffer[] = [];
    let forward = (bytes: ArrayBuffer): void => void early.push(bytes);
    const ended = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve(), { once: true }));
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") forward(data as ArrayBuffer);
    });
    const { code, reason = "", message = "", http } = await this.#answer(socket);
    if (code !== 200) return statusResponse(failure(code, reason, message));
    if (http !== undefined && http.status !== 101) {
      return new Response(null, { status: http.status, headers: headersOf(http) });
    }
    const { 0: outer, 1: client } = new WebSocketPair();
    client.binaryType = "arraybuffer";
    client.accept();
    forward = (bytes) => {
      try {
        const message = http === undefined ? toClient(protocol, new Uint8Array(bytes)) : messageOf(bytes);
        if (message !== undefined) client.send(message);
        socket.send(JSON.stringify({ read: bytes.byteLength }));
      } catch {
        socket.close(1001, "the client is gone");
      }
    };
    for (const bytes of early) forward(bytes);
    client.addEventListener("message", ({ data }) => {
      try {
        const frame = http === undefined ? fromClient(protocol, data) : frameOf(data);
        if (frame !== undefined) socket.send(frame);
      } catch {
        client.close(1001, "the node is gone");
      }
    });
    const close = () => {
      try {
        socket.close(1000);
      } catch {
        // Already closed.
      }
    };
    client.addEventListener("close", close);
    client.addEventListener("error", close);
    void ended.then(() => {
      try {
        client.close(1000);
      } catch {
        // Already closed.
      }
    });
    return new Response(null, {
      status: 101,
      webSocket: outer,
      headers: http ? headersOf(http) : protocol === "" ? {} : { "Sec-WebSocket-Protocol": protocol },
    });
  }
}
