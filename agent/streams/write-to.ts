/** Writes to a stream that may be full. */
import type { Taken } from "./tunnel.ts";

const EVENTS = ["drain", "close", "error"] as const;

interface Written {
  readonly writable: boolean;
  write(bytes: Buffer): boolean;
  on(event: (typeof EVENTS)[number], listener: () => void): unknown;
  off(event: (typeof EVENTS)[number], listener: () => void): unknown;
}

/**
 * Settles when the stream takes more, or nothing any more. What has ended takes nothing: a client may go on all the same, and a
 * write would be an error that nobody hears, which ends the agent.
 */
export function writeTo(stream: Written, bytes: Buffer): Taken {
  if (!stream.writable || stream.write(bytes)) return undefined;
  return new Promise<void>((resolve) => {
    const settle = () => {
      for (const event of EVENTS) stream.off(event, settle);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, settle);
  });
}
