/** A request's turn (rule FAIR-USER), which continues while its client reads the answer. */

/** The handle of a request that is under way. */
export interface Turn {
  /** The turn continues until the body was read to the end, or the client has left. */
  holdUntilRead(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
}

/** For requests that are not counted. */
export const FREE_TURN: Turn = { holdUntilRead: (body) => body };

/**
 * A stream only learns how much was read from being pulled. It is never aborted for not being read: the platform
 * buffers until the client leaves, and reports that only to a stream that is still open.
 */
export function holdUntilRead(body: ReadableStream<Uint8Array>, leave: () => void): ReadableStream<Uint8Array> {
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
