/**
 * A stream whose chunks are made as the client takes them, from history that is kept for it. Its owner is notified
 * when it ends, for whatever reason.
 */
import type { Turns } from "./turns.ts";

interface ChunkStreamOptions {
  readonly chunks: Iterator<Uint8Array, undefined>;
  readonly turns: Pick<Turns, "after">;
  /** The stream ended: it was read to its end or cancelled, or a chunk could not be made. */
  readonly closed: () => void;
  /** The client stopped reading. The stream will not continue, and ends when it is read again or the client leaves. */
  readonly stalled: () => void;
}

/** A client that reads nothing for this long loses the stream, because it pins history. */
const STALLED_MS = 60_000;

export function chunkStream({ chunks, turns, closed, stalled }: ChunkStreamOptions): ReadableStream<Uint8Array> {
  let cancelTimer = () => {};
  let isLost = false;
  const end = () => {
    cancelTimer();
    closed();
  };
  const next = (): Uint8Array | undefined => {
    if (isLost) throw new Error("the stream was not read in time");
    return chunks.next().value;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        cancelTimer();
        try {
          const chunk = next();
          if (!chunk) {
            controller.close();
            return end();
          }
          controller.enqueue(chunk);
        } catch (error) {
          end();
          throw error;
        }
        cancelTimer = turns.after(STALLED_MS, () => {
          isLost = true;
          stalled();
        });
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}
