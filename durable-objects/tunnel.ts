/**
 * Joins two byte streams, a client's and a node's. One object per exec, log, attach or port-forward, named by an id
 * that the node is told; the node dials back. docs/spec/node-link.md describes the frames.
 */
import { DurableObject } from "cloudflare:workers";
import { failure, type Status } from "../api/machinery/status.ts";
import { type NodeResponse, parseNodeResponse, RESPONSE_HEADER } from "../api/node/node-sync.ts";
import { statusResponse } from "../worker/tunnels/node-response.ts";
import { joined, refused } from "./tunnel/joined.ts";
import { serveOneWay } from "./tunnel/one-way.ts";

/** How long the node may take to dial back. */
const DIAL_MS = 15_000;

type Dial =
  | { readonly kind: "dialled"; readonly socket: WebSocket; readonly response: NodeResponse | undefined }
  | { readonly kind: "refused"; readonly status: Status };

export class Tunnel extends DurableObject {
  /** The node that may dial, while a client waits for it. */
  #node: string | undefined;
  #settle: (dial: Dial) => void = () => {};
  readonly #dial = new Promise<Dial>((resolve) => {
    this.#settle = resolve;
  });

  /** `/client?node=` is the client's side, `/node?node=` the node's. Both are authorized by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const node = url.searchParams.get("node") ?? "";
    if (url.pathname === "/node") return this.#acceptNode(node, request);
    this.#node = node;
    const patience = setTimeout(() => {
      const why = `node ${JSON.stringify(node)} did not answer within ${DIAL_MS / 1000} s`;
      this.#settle({ kind: "refused", status: failure(504, "Timeout", why) });
    }, DIAL_MS);
    const dial = await this.#dial;
    clearTimeout(patience);
    this.#node = undefined;
    const client = {
      protocol: request.headers.get("X-Sailplane-Protocol") ?? "",
      isTerminal: request.headers.has("X-Sailplane-Terminal"),
    };
    if (request.headers.get("Upgrade") !== null)
      return dial.kind === "refused" ? refused(dial.status, client) : joined(dial.socket, dial.response, client);
    if (dial.kind === "refused") return statusResponse(dial.status);
    return serveOneWay(
      dial.socket,
      request.method === "POST" ? new Uint8Array(await request.arrayBuffer()) : undefined,
    );
  }

  #acceptNode(node: string, request: Request): Response {
    if (this.#node !== node) return statusResponse(failure(404, "NotFound", "no such tunnel"));
    const { 0: outer, 1: socket } = new WebSocketPair();
    this.#settle({ kind: "dialled", socket, response: parseNodeResponse(request.headers.get(RESPONSE_HEADER)) });
    return new Response(null, { status: 101, webSocket: outer });
  }

  /** Called when nobody will dial. */
  async refuse(status: Status): Promise<void> {
    this.#settle({ kind: "refused", status });
  }

  /** The node went silent; what is joined to it cannot continue. */
  async cut(): Promise<void> {
    this.ctx.abort("the node is gone");
  }
}
