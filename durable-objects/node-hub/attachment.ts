/** What a node's socket remembers through hibernation. */
export interface Attachment {
  readonly node: string;
  readonly cluster: string;
  /** It has been told whom NetworkPolicies mean. */
  readonly policed: boolean;
  /** When it came (ms). */
  readonly since: number;
  /** The newest tunnels that the node was called to; some may have ended. */
  readonly tunnels: readonly string[];
}

/** In place of the attachment, of a socket whose end has been seen to. */
export const LEFT = "left";

/** An attachment has room for 16 KiB. */
export const MOST_TUNNELS = 128;

/** Undefined: it has not been told anything yet, or is no more. */
export function attachmentOf(socket: WebSocket): Attachment | undefined {
  const attachment = socket.deserializeAttachment() as Attachment | typeof LEFT | null;
  return attachment === null || attachment === LEFT ? undefined : attachment;
}

export function noteTunnel(socket: WebSocket, id: string): void {
  const attachment = attachmentOf(socket);
  if (attachment === undefined) return;
  const tunnels = [...attachment.tunnels, id].slice(-MOST_TUNNELS);
  socket.serializeAttachment({ ...attachment, tunnels } satisfies Attachment);
}
