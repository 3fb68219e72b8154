/**
 * How many streams from nodes a client may have open (rule FAIR-STREAM). The platform notices that a client has left
 * only when there is something to send, so a followed log without news would keep its tunnel and its connections for
 * good. The stream that has been silent longest makes room for the next.
 */
import { tooManyRequests } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { LongReads } from "../long-reads.ts";

const OF_CLIENT = 500;
/** A client whose streams are all this young opens them for no use (ms). */
const YOUNG_MS = 10_000;
const RETRY_SECONDS = 1;

interface OpenStream {
  /** When it last had news (ms since the epoch). */
  at: number;
  /** Ends the stream, possibly from another request. */
  end(): void;
}

/** In the order in which streams last had news. */
const open = new Map<string, Set<OpenStream>>();

/** Throws 429 if no stream of the client may break off for another one. Called before the node is. */
export function requireRoom(client: string): void {
  const streams = open.get(client) ?? new Set();
  const [silent] = streams;
  if (silent && streams.size >= OF_CLIENT && Date.now() - silent.at < YOUNG_MS)
    throw new ApiError(tooManyRequests("too many streams are open", RETRY_SECONDS));
}

/** `client` is who has the stream, which is one of bytes. It breaks off when the client opens too many others. */
export function streamOf(client: string, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = new LongReads(body);
  let end = () => {};
  // Resolved by another request, and continued in this one, to which the streams belong.
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stream: OpenStream = { at: Date.now(), end };
  enter(client, stream);
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        void ended.then(() => {
          controller.error(new Error("the client has opened too many streams"));
          return reader.cancel().catch(() => {});
        });
      },
      async pull(controller) {
        try {
          const bytes = await reader.read();
          if (!open.get(client)?.has(stream)) return;
          if (bytes !== undefined) {
            leave(client, stream);
            stream.at = Date.now();
            enter(client, stream);
            return controller.enqueue(bytes);
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        leave(client, stream);
      },
      cancel(reason) {
        leave(client, stream);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function enter(client: string, stream: OpenStream): void {
  const streams = open.get(client) ?? new Set();
  open.set(client, streams);
  streams.add(stream);
  if (streams.size <= OF_CLIENT) return;
  const [silent] = streams;
  if (!silent) return;
  streams.delete(silent);
  silent.end();
}

function leave(client: string, stream: OpenStream): void {
  const streams = open.get(client);
  streams?.delete(stream);
  if (streams?.size === 0) open.delete(client);
}
