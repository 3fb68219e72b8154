/** The sockets of a cluster's nodes. The platform keeps them while the object sleeps. */
import type { NodeMessage } from "../../api/node/node-message.ts";
import type { LinkMark } from "../../api/node/node-sync.ts";
import { type Attachment, attachmentOf, type Beginning, beginningOf, LEFT, noteTunnel } from "./attachment.ts";
import { exceeds, NOTHING_UNREAD, needsMark, type Unread, withMark, withMessage, withReturned } from "./unread.ts";

/** What may be on its way to a node, besides what its link began with. */
const MAX_UNREAD = { bytes: 16 * 1024 * 1024, messages: 50_000 };
/** With more on its way, a request would wait for long, and the node's pings behind it. */
const CONGESTED = { bytes: 2 * 1024 * 1024, messages: 10_000 };

export class Links {
  readonly #state: DurableObjectState;
  /** Since the object woke up. */
  readonly #unread = new WeakMap<WebSocket, Unread>();
  /** Undefined: must be asked of the platform. */
  #byNode: ReadonlyMap<string, readonly WebSocket[]> | undefined;

  constructor(state: DurableObjectState) {
    this.#state = state;
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Replaces the sockets that the node had before. */
  accept(socket: WebSocket, beginning: Beginning): void {
    for (const old of this.#state.getWebSockets(beginning.node)) {
      old.close(1012, "the node has connected again");
      this.leave(old);
    }
    this.#state.acceptWebSocket(socket, [beginning.node]);
    socket.serializeAttachment(beginning);
  }

  /** From now on this is the node's link, unless the node has connected again meanwhile. */
  open(socket: WebSocket, policed: Attachment["policed"]): void {
    const beginning = beginningOf(socket);
    if (beginning === undefined) return;
    socket.serializeAttachment({ ...beginning, policed } satisfies Attachment);
    this.#byNode = undefined;
  }

  /**
   * Returns whose link it was, if it had not ended before. A node that was cut off never says goodbye: its socket remains,
   * and must not count.
   */
  leave(socket: WebSocket): Beginning | undefined {
    const beginning = beginningOf(socket);
    if (beginning === undefined) return undefined;
    socket.serializeAttachment(LEFT);
    this.#byNode = undefined;
    return beginning;
  }

  /** Whether the node has no link left. A new one that has been sent nothing yet counts as a link. */
  isGone(node: string): boolean {
    return this.#state.getWebSockets(node).every((socket) => socket.deserializeAttachment() === LEFT);
  }

  /** Whether there is any link, in whatever state. */
  get any(): boolean {
    return this.#state.getWebSockets().length > 0;
  }

  /** The sockets of each node that has its snapshot. New nodes are sent theirs separately. */
  byNode(): ReadonlyMap<string, readonly WebSocket[]> {
    if (this.#byNode) return this.#byNode;
    const links = new Map<string, WebSocket[]>();
    for (const socket of this.#state.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment === undefined) continue;
      const sockets = links.get(attachment.node);
      if (sockets) sockets.push(socket);
      else links.set(attachment.node, [socket]);
    }
    this.#byNode = links;
    return links;
  }

  /** The tunnels that the node was called to. */
  tunnelsOf(node: string): readonly string[] {
    return this.#state.getWebSockets(node).flatMap((socket) => beginningOf(socket)?.tunnels ?? []);
  }

  /** Sends a message to a node. Returns whether the node is connected. */
  send(node: string, message: NodeMessage): boolean {
    const socket = this.#openOf(node);
    if (socket === undefined) return false;
    if (message.type === "tunnel") noteTunnel(socket, message.id);
    this.push(socket, JSON.stringify(message));
    return true;
  }

  /** Sends a request to a node as a frame. Returns whether the node answers such requests and has room for it. */
  request(node: string, frame: Uint8Array): boolean {
    const socket = this.#openOf(node);
    if (socket === undefined || !attachmentOf(socket)?.answersRequests) return false;
    if (exceeds(this.#unreadOf(socket), CONGESTED)) return false;
    this.push(socket, frame);
    return true;
  }

  /** Sends a message to a node, and cuts it off if it does not read. */
  push(socket: WebSocket, message: string | Uint8Array): void {
    const unread = withMessage(this.#unreadOf(socket), message);
    if (exceeds(unread, MAX_UNREAD)) {
      socket.close(1008, "the node does not read");
      return;
    }
    this.#unread.set(socket, unread);
    send(socket, message);
    if (!needsMark(unread)) return;
    const mark: LinkMark = { type: "mark", id: crypto.randomUUID() };
    send(socket, JSON.stringify(mark));
    this.#note(socket, withMark(unread, mark.id));
  }

  /** The node has returned a mark. */
  returned(socket: WebSocket, { id }: LinkMark): void {
    this.#note(socket, withReturned(this.#unreadOf(socket), id));
  }

  #unreadOf(socket: WebSocket): Unread {
    return this.#unread.get(socket) ?? attachmentOf(socket)?.unread ?? NOTHING_UNREAD;
  }

  #note(socket: WebSocket, unread: Unread): void {
    this.#unread.set(socket, unread);
    const attachment = attachmentOf(socket);
    if (attachment !== undefined) socket.serializeAttachment({ ...attachment, unread } satisfies Attachment);
  }

  isOpen(node: string): boolean {
    return this.#openOf(node) !== undefined;
  }

  /** A socket that was closed, but whose other end does not answer, looks open again once the object has slept. */
  #openOf(node: string): WebSocket | undefined {
    return this.#state
      .getWebSockets(node)
      .find((socket) => socket.readyState === WebSocket.OPEN && socket.deserializeAttachment() !== LEFT);
  }

  /** The sockets that have sent nothing, not even a ping, since then, and when each last did (ms). */
  silentSince(moment: number): readonly { readonly socket: WebSocket; readonly heardAt: number }[] {
    return this.#state.getWebSockets().flatMap((socket) => {
      const attachment = attachmentOf(socket);
      if (attachment === undefined) return [];
      const heardAt = this.#state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? attachment.since;
      return heardAt < moment ? [{ socket, heardAt }] : [];
    });
  }
}

export function send(socket: WebSocket, message: string | Uint8Array): void {
  try {
    socket.send(message);
  } catch {
    // The socket is closing: the node will reconnect and ask for what it missed.
  }
}
