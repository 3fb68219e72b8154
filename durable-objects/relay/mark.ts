/** The relay's own messages among those that it passes on: marks (unread.ts), by number. */
import { RELAY_MARK } from "../../api/node/relay-message.ts";

const LENGTH = 9;

export function renderMark(id: bigint): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(LENGTH));
  view.setUint8(0, RELAY_MARK);
  view.setBigUint64(1, id);
  return view.buffer;
}

/** Undefined if a node's message is none, and so for the other node. */
export function returnedMark(message: string | ArrayBuffer): bigint | undefined {
  if (typeof message === "string" || message.byteLength !== LENGTH) return undefined;
  const view = new DataView(message);
  return view.getUint8(0) === RELAY_MARK ? view.getBigUint64(1) : undefined;
}
