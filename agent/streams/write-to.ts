/** Writes to a stream that may be full. */
import type { Taken } from "./tunnel.ts";

const EVENTS = ["drain", "close", "error"] as const;

interface Written {
  write(bytes: Buffer): boolean;
  on(event: (typeof EVENTS)[number], listener: () => void): unknown;
  off(event: (typeof EVENTS)[number], listener: () => void): unknown;
}

/** Settles when the stream takes more, or nothing any more. */
export function writeTo(stream: Written, bytes: Buffer): Taken {
  if (stream.write(bytes)) return undefined;
  return new Promise<void>((resolve) => {
    const settle = () => {
      for (const event of EVENTS) stream.off(event, settle);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, settle);
  });
}
