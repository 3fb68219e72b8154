/** A request's turn (rule FAIR-USER): how it goes on counting while its client takes what it was answered. */

/** What a request that is under way has. */
export interface Turn {
  /** It goes on until all of this has been taken, or the client has left. */
  untilTaken(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
}

/** Of who is not counted. */
export const FREE_TURN: Turn = { untilTaken: (body) => body };

/**
 * A stream says by what it is asked for how much was taken. It is never broken off because nobody takes it: the platform
 * holds what it has until the client leaves, and tells only a stream that goes on of that.
 */
export function untilTaken(body: ReadableStream<Uint8Array>, leave: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        leave();
      },
      cancel(reason) {
        leave();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
