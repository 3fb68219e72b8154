/** Writes to a stream that may be full. */

const EVENTS = ["drain", "close", "error"] as const;

interface Written {
  readonly writable: boolean;
  write(bytes: Buffer): boolean;
  on(event: (typeof EVENTS)[number], listener: () => void): unknown;
  off(event: (typeof EVENTS)[number], listener: () => void): unknown;
}

/** Settles when more may come; undefined: at once. */
export type Consumed = Promise<unknown> | undefined;

/**
 * Settles when the stream takes more, or will never again. Writes to an ended stream are ignored: a client may keep
 * sending, and an unhandled write error would crash the agent.
 */
export function writeTo(stream: Written, bytes: Buffer): Consumed {
  if (!stream.writable || stream.write(bytes)) return undefined;
  return new Promise<void>((resolve) => {
    const settle = () => {
      for (const event of EVENTS) stream.off(event, settle);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, settle);
  });
}
