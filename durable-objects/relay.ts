/**
 * Joins two nodes that cannot reach each other, and forwards bytes unchanged. The traffic is end-to-end encrypted
 * between the nodes (docs/spec/pod-network.md). One object per pair, hibernating; nothing is stored.
 */
import { DurableObject } from "cloudflare:workers";
import { failure } from "../api/machinery/status.ts";
import type { RelayCall } from "../api/node/node-sync.ts";
import {
  exceeds,
  NOTHING_UNREAD,
  needsMark,
  type Unread,
  withMark,
  withMessage,
  withReturned,
} from "./node-hub/unread.ts";
import type { NodeHub } from "./node-hub.ts";
import { renderMark, returnedMark } from "./relay/mark.ts";

/** Many times the nodes' window (agent/network/overlay/relay-link.ts). */
const MAX_UNREAD_BYTES = { bytes: 4 * 1024 * 1024, messages: 50_000 };

export interface RelayEnv {
  readonly NODE_HUB: DurableObjectNamespace<NodeHub>;
}

export class Relay extends DurableObject<RelayEnv> {
  constructor(state: DurableObjectState, env: RelayEnv) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Connects `?node=` of `?cluster=`, authorized by the Worker, to `?peer=`, which is called. */
  override async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const [cluster = "", node = "", peer = ""] = ["cluster", "node", "peer"].map((name) => query.get(name) ?? "");
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket")
      return refusal(400, "BadRequest", "a relay is a WebSocket");
    if (this.ctx.getWebSockets(peer).length === 0) {
      const call: RelayCall = { type: "relay", peer: node };
      if (!(await this.env.NODE_HUB.getByName(cluster).call(peer, call)))
        return refusal(503, "ServiceUnavailable", `node ${peer} is not connected`);
    }
    const { 0: client, 1: server } = new WebSocketPair();
    for (const old of this.ctx.getWebSockets(node)) old.close(1012, "the node has connected again");
    this.ctx.acceptWebSocket(server, [node]);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const mark = returnedMark(message);
    if (mark !== undefined) socket.serializeAttachment(withReturned(unreadOf(socket), String(mark)));
    else for (const other of this.#othersThan(socket)) this.#pass(message, { from: socket, to: other });
  }

  #pass(message: string | ArrayBuffer, { from, to }: { readonly from: WebSocket; readonly to: WebSocket }): void {
    const unread = withMessage(unreadOf(to), message);
    if (exceeds(unread, MAX_UNREAD_BYTES)) {
      from.close(1008, "the other node does not keep up");
      return;
    }
    to.send(message);
    to.serializeAttachment(needsMark(unread) ? sendMark(to, unread) : unread);
  }

  /** The remaining node has no partner; it reconnects when it has something to send. */
  override webSocketClose(socket: WebSocket): void {
    const [node] = this.ctx.getTags(socket);
    const hasAnother = this.ctx.getWebSockets(node).some((each) => each !== socket && isOpen(each));
    if (!hasAnother) for (const other of this.#othersThan(socket)) other.close(1001, "the other node is gone");
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  #othersThan(socket: WebSocket): WebSocket[] {
    const [node] = this.ctx.getTags(socket);
    return this.ctx.getWebSockets().filter((each) => this.ctx.getTags(each)[0] !== node && isOpen(each));
  }
}

/** How much was sent to this node that it is not known to have read. */
const unreadOf = (socket: WebSocket): Unread => socket.deserializeAttachment() ?? NOTHING_UNREAD;

function sendMark(socket: WebSocket, unread: Unread): Unread {
  const [id = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  socket.send(renderMark(id));
  return withMark(unread, String(id));
}

const isOpen = ({ readyState }: WebSocket): boolean => readyState === WebSocket.OPEN;

const refusal = (code: number, reason: string, message: string): Response =>
  Response.json(failure(code, reason, message), { status: code });
