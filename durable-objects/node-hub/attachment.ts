import type { Unread } from "../unread.ts";

/** What a node's socket carries through hibernation. */
export interface Attachment {
  readonly node: string;
  readonly cluster: string;
  /** The node has been sent the pods that NetworkPolicies select. */
  readonly policed: boolean;
  /** When it connected (ms). */
  readonly since: number;
  /** The newest tunnels that the node was called to; some may have ended. */
  readonly tunnels: readonly string[];
  /** It answers requests over the link. */
  readonly answersRequests?: boolean;
  /** As of the newest mark. */
  readonly unread?: Unread;
}

/** Replaces the attachment once the end of a socket has been dealt with. */
export const LEFT = "left";

/** An attachment holds up to 16 KiB. */
export const MAX_TUNNELS = 128;

/** Undefined while the node has been sent nothing yet, and after the end. */
export function attachmentOf(socket: WebSocket): Attachment | undefined {
  const attachment = socket.deserializeAttachment() as Attachment | typeof LEFT | null;
  return attachment === null || attachment === LEFT ? undefined : attachment;
}

export function noteTunnel(socket: WebSocket, id: string): void {
  const attachment = attachmentOf(socket);
  if (attachment === undefined) return;
  const tunnels = [...attachment.tunnels, id].slice(-MAX_TUNNELS);
  socket.serializeAttachment({ ...attachment, tunnels } satisfies Attachment);
}
