import type { Unread } from "./unread.ts";

/** What a node's socket carries through hibernation, from the start. */
export interface Beginning {
  readonly node: string;
  readonly cluster: string;
  /** When it connected (ms). */
  readonly since: number;
  /** The newest tunnels that the node was called to; some may have ended. */
  readonly tunnels: readonly string[];
  /** It answers requests over the link. */
  readonly answersRequests?: boolean;
}

/** The same once the node has been sent its snapshot. */
export interface Attachment extends Beginning {
  /** The node has been sent the pods that NetworkPolicies select. */
  readonly policed: boolean;
  /** As of the newest mark. */
  readonly unread?: Unread;
}

/** Replaces the attachment once the end of a socket has been dealt with. */
export const LEFT = "left";

/** An attachment holds up to 16 KiB. */
export const MAX_TUNNELS = 128;

/** Undefined after the end. */
export function beginningOf(socket: WebSocket): Beginning | Attachment | undefined {
  const attachment = socket.deserializeAttachment() as Beginning | Attachment | typeof LEFT | null;
  return attachment === null || attachment === LEFT ? undefined : attachment;
}

/** Undefined until the node has been sent its snapshot, and after the end. */
export function attachmentOf(socket: WebSocket): Attachment | undefined {
  const attachment = beginningOf(socket);
  return attachment !== undefined && "policed" in attachment ? attachment : undefined;
}

/** Returns those of them that the node was called to. There may be any number: a node may send anything. */
export function forgetTunnels(socket: WebSocket, ids: readonly string[]): readonly string[] {
  const attachment = beginningOf(socket);
  if (attachment === undefined) return [];
  const named = new Set(ids);
  const tunnels = attachment.tunnels.filter((id) => !named.has(id));
  socket.serializeAttachment({ ...attachment, tunnels } satisfies Beginning);
  return attachment.tunnels.filter((id) => named.has(id));
}

export function noteTunnel(socket: WebSocket, id: string): void {
  const attachment = beginningOf(socket);
  if (attachment === undefined) return;
  const tunnels = [...attachment.tunnels, id].slice(-MAX_TUNNELS);
  socket.serializeAttachment({ ...attachment, tunnels } satisfies Beginning);
}
