/**
 * How much a relay has passed to a node that the node is not known to have read: the platform buffers for a slow reader
 * without limit, and does not say how much. So the relay sends marks in between, which the node returns when it reads
 * them; nobody else knows them. Nodes have 1 MiB under way (agent/network/overlay/relay-link.ts).
 */
import { RELAY_MARK } from "../../api/node/relay-message.ts";

const MARK_LENGTH = 9;
/** Many times what fits into the nodes' window. */
const MOST = { bytes: 4 * 1024 * 1024, messages: 50_000 };
const MARK_EVERY = { bytes: 512 * 1024, messages: 4000 };

interface Amount {
  readonly bytes: number;
  readonly messages: number;
}

/** What was sent between this mark and the one before. */
interface Mark extends Amount {
  readonly id: bigint;
}

/** Plain values, which outlast the object's sleep with the socket. */
export interface AheadState {
  /** Sent and not returned, oldest first. */
  readonly marks: readonly Mark[];
  readonly sinceMark: Amount;
}

const NOTHING: Amount = { bytes: 0, messages: 0 };
export const NOTHING_AHEAD: AheadState = { marks: [], sinceMark: NOTHING };

const sum = (a: Amount, b: Amount): Amount => ({ bytes: a.bytes + b.bytes, messages: a.messages + b.messages });

export function withMessage({ marks, sinceMark }: AheadState, message: string | ArrayBuffer): AheadState {
  const bytes = typeof message === "string" ? message.length : message.byteLength;
  return { marks, sinceMark: sum(sinceMark, { bytes, messages: 1 }) };
}

export function isTooFar({ marks, sinceMark }: AheadState): boolean {
  const { bytes, messages } = marks.reduce(sum, sinceMark);
  return bytes > MOST.bytes || messages > MOST.messages;
}

export const needsMark = ({ sinceMark: { bytes, messages } }: AheadState): boolean =>
  bytes >= MARK_EVERY.bytes || messages >= MARK_EVERY.messages;

/** `id` is 64 bits that nobody can guess. */
export const withMark = ({ marks, sinceMark }: AheadState, id: bigint): AheadState => ({
  marks: [...marks, { id, ...sinceMark }],
  sinceMark: NOTHING,
});

export function renderMark(id: bigint): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(MARK_LENGTH));
  view.setUint8(0, RELAY_MARK);
  view.setBigUint64(1, id);
  return view.buffer;
}

/** Undefined if a node's message is none, and so for the other node. One that was never sent counts for nothing. */
export function returnedMark(message: string | ArrayBuffer): bigint | undefined {
  if (typeof message === "string" || message.byteLength !== MARK_LENGTH) return undefined;
  const view = new DataView(message);
  return view.getUint8(0) === RELAY_MARK ? view.getBigUint64(1) : undefined;
}

/** Everything before a returned mark was read. */
export const withReturned = ({ marks, sinceMark }: AheadState, id: bigint): AheadState => ({
  marks: marks.slice(marks.findIndex((mark) => mark.id === id) + 1),
  sinceMark,
});
