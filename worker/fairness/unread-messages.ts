/**
 * How much a client may have been sent over WebSockets that it is not known to have read (rule FAIR-MESSAGES). The
 * platform buffers messages without limit, and does not say what a client has read until the socket is closed by both
 * sides. A client that reads loses nothing: its watch ends, as any does after a while, and continues from there.
 */
import { tooManyRequests } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";

/** A watch may begin with a large collection. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
const RETRY_SECONDS = 1;

interface Sent {
  characters: number;
  /** Whether it was closed here; it counts until its client closes it, too. */
  isEnding: boolean;
  end(): void;
}

const sentTo = new Map<string, Set<Sent>>();

const total = (sockets: Iterable<Sent>): number => [...sockets].reduce((sum, { characters }) => sum + characters, 0);

/** Throws 429 if the client has not closed sockets that had to end, and there would be little room for another. */
export function requireRead(client: string): void {
  const ending = [...(sentTo.get(client) ?? [])].filter(({ isEnding }) => isEnding);
  if (total(ending) > MAX_CHARACTERS / 2)
    throw new ApiError(tooManyRequests("too many messages are unread", RETRY_SECONDS));
}

export interface SocketMessages {
  /** Resolves when the socket must be closed. */
  readonly ended: Promise<void>;
  /** Whether a message may be sent. If not, the socket ends, and with it the one that was sent most. */
  count(characters: number): boolean;
  /** Once the socket is closed by both sides. */
  leave(): void;
}

/** For a new socket of the client. */
export function messagesTo(client: string): SocketMessages {
  let end = () => {};
  // Resolved by another request, and continued in this one, to which the socket belongs.
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const own: Sent = { characters: 0, isEnding: false, end };
  const sockets = sentTo.get(client) ?? new Set();
  sentTo.set(client, sockets.add(own));
  return {
    ended,
    count(characters) {
      if (own.isEnding) return false;
      if (total(sockets) + characters <= MAX_CHARACTERS) {
        own.characters += characters;
        return true;
      }
      const open = [...sockets].filter(({ isEnding }) => !isEnding);
      const most = open.reduce((a, b) => (b.characters > a.characters ? b : a), own);
      for (const socket of [own, most]) {
        socket.isEnding = true;
        socket.end();
      }
      return false;
    },
    leave() {
      sockets.delete(own);
      if (sockets.size === 0 && sentTo.get(client) === sockets) sentTo.delete(client);
    },
  };
}
