/**
 * `kubectl port-forward`: for each connection the client opens two streams with the same request id, one for errors and
 * one for data, which is joined to the port in the pod.
 */
import { type Duplex, PassThrough } from "node:stream";
import { errorMessage } from "../../api/error-message.ts";
import { SpdySession, type SpdyStream } from "../spdy/spdy.ts";
import { writeTo } from "../spdy/write-to.ts";

export interface PortForwardOptions {
  readonly connect: (port: number) => Promise<Duplex>;
  readonly write: (bytes: Buffer) => Promise<void>;
  /** The pod as shown in messages. */
  readonly pod: string;
  readonly signal: AbortSignal;
}

interface Pair {
  data?: Incoming;
  error?: SpdyStream;
}

/** A stream and its input, which waits for the connection. */
interface Incoming {
  readonly stream: SpdyStream;
  readonly bytes: PassThrough;
}

/** Returns the receiver of the client's bytes, which settles when more may come. */
export function forwardPorts({ connect, write, pod, signal }: PortForwardOptions): (bytes: Buffer) => Promise<void> {
  const pairs = new Map<string, Pair>();
  const session = new SpdySession({
    write,
    onStream: (stream) => {
      const id = stream.headers.get("requestid") ?? String(stream.id);
      const pair = pairs.get(id) ?? {};
      pairs.set(id, pair);
      if (stream.headers.get("streamtype") === "error") pair.error = stream;
      else pair.data = incoming(stream);
      if (pair.data === undefined || pair.error === undefined) return;
      pairs.delete(id);
      void join(pair.data, pair.error);
    },
  });
  signal.addEventListener("abort", () => session.end());

  async function join({ stream, bytes }: Incoming, error: SpdyStream): Promise<void> {
    const port = Number(stream.headers.get("port"));
    try {
      const socket = await connect(port);
      const stop = () => socket.destroy();
      stream.onReset = stop;
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      socket.once("close", () => signal.removeEventListener("abort", stop));
      bytes.pipe(socket);
      for await (const chunk of socket) await stream.send(chunk as Buffer);
    } catch (failure) {
      await error.send(Buffer.from(`error forwarding port ${port} to pod ${pod}: ${errorMessage(failure)}`));
    }
    // Nobody reads the rest, and it must not block the other connections of the session.
    bytes.unpipe();
    bytes.resume();
    await stream.end();
    await error.end();
  }

  return (bytes) => session.receive(bytes);
}

function incoming(stream: SpdyStream): Incoming {
  const bytes = new PassThrough();
  stream.onData = (chunk) => writeTo(bytes, chunk);
  stream.onEnd = () => void bytes.end();
  return { stream, bytes };
}
