/**
 * What a watch is sent that has nothing to tell (rule WATCH-HEARTBEAT). It stands before the next event, as white space may in
 * JSON: of an empty line, clients that read by lines make an event that they cannot parse.
 */
const SPACE = 0x20;

export const HEARTBEAT = Uint8Array.of(SPACE);

/** Whether a piece of a watch is nothing else, `rest` being what no piece before it has ended: spaces of a text are none. */
export const isHeartbeat = (piece: Uint8Array, { rest }: { readonly rest: string }): boolean =>
  piece.every((byte) => byte === SPACE) && rest.trim() === "";
