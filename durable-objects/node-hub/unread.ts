/**
 * How much was sent over a node's socket that the node is not known to have read: the platform buffers for a slow reader
 * without limit, and does not say how much. So marks are sent in between, which the node returns when it reads them;
 * nobody else knows them.
 */

const MARK_EVERY = { bytes: 512 * 1024, messages: 4000 };

export interface Amount {
  readonly bytes: number;
  readonly messages: number;
}

/** What was sent between this mark and the one before. */
interface Mark extends Amount {
  readonly id: string;
}

/** Plain values, which outlast the object's sleep with the socket. */
export interface Unread {
  /** Sent and not returned, oldest first. */
  readonly marks: readonly Mark[];
  readonly sinceMark: Amount;
}

const NOTHING: Amount = { bytes: 0, messages: 0 };
export const NOTHING_UNREAD: Unread = { marks: [], sinceMark: NOTHING };

const sum = (a: Amount, b: Amount): Amount => ({ bytes: a.bytes + b.bytes, messages: a.messages + b.messages });

export function withMessage({ marks, sinceMark }: Unread, message: string | ArrayBuffer | Uint8Array): Unread {
  const bytes = typeof message === "string" ? message.length : message.byteLength;
  return { marks, sinceMark: sum(sinceMark, { bytes, messages: 1 }) };
}

export function exceeds({ marks, sinceMark }: Unread, most: Amount): boolean {
  const { bytes, messages } = marks.reduce(sum, sinceMark);
  return bytes > most.bytes || messages > most.messages;
}

export const needsMark = ({ sinceMark: { bytes, messages } }: Unread): boolean =>
  bytes >= MARK_EVERY.bytes || messages >= MARK_EVERY.messages;

/** `id` cannot be guessed. */
export const withMark = ({ marks, sinceMark }: Unread, id: string): Unread => ({
  marks: [...marks, { id, ...sinceMark }],
  sinceMark: NOTHING,
});

/** Everything before a returned mark was read. One that was never sent counts for nothing. */
export const withReturned = ({ marks, sinceMark }: Unread, id: string): Unread => ({
  marks: marks.slice(marks.findIndex((mark) => mark.id === id) + 1),
  sinceMark,
});
