/**
 * Keeps an idle watch alive (rule WATCH-HEARTBEAT). It precedes the next event, as white space may in JSON: clients
 * that read line by line would try to parse an empty line as an event.
 */
const SPACE = 0x20;

export const HEARTBEAT = Uint8Array.of(SPACE);

/**
 * Whether a piece of a watch is only a heartbeat; `rest` is the incomplete line before it, inside of which a space is
 * text.
 */
export const isHeartbeat = (piece: Uint8Array, { rest }: { readonly rest: string }): boolean =>
  piece.every((byte) => byte === SPACE) && rest.trim() === "";
