/**
 * `kubectl port-forward`: for each connection the client opens two streams with the same request id, one for errors and
 * one for data, which is joined to the port in the pod.
 */
import type { Duplex } from "node:stream";
import { SpdySession, type SpdyStream } from "./spdy.ts";

export interface PortForwardOptions {
  readonly connect: (port: number) => Promise<Duplex>;
  readonly write: (bytes: Buffer) => Promise<void>;
  /** The pod as it stands in messages. */
  readonly pod: string;
  readonly signal: AbortSignal;
}

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

/** Answers where the client's bytes go. */
export function forwardPorts({ connect, write, pod, signal }: PortForwardOptions): (bytes: Buffer) => void {
  const pairs = new Map<string, Pair>();
  const session = new SpdySession({
    write,
    onStream: (stream) => {
      const id = stream.headers.get("requestid") ?? String(stream.id);
      const pair = pairs.get(id) ?? {};
      pairs.set(id, pair);
      if (stream.headers.get("streamtype") === "error") pair.error = stream;
      else pair.data = hold(stream);
      if (pair.data === undefined || pair.error === undefined) return;
      pairs.delete(id);
      void join(pair.data, pair.error);
    },
  });
  signal.addEventListener("abort", () => session.end());

  async function join(data: SpdyStream, error: SpdyStream): Promise<void> {
    const port = Number(data.headers.get("port"));
    try {
      const socket = await connect(port);
      data.onData = (bytes) => void socket.write(bytes);
      data.onEnd = () => void socket.end();
      for (const early of held.get(data) ?? []) early();
      signal.addEventListener("abort", () => socket.destroy());
      for await (const chunk of socket) await data.send(Buffer.from(chunk));
    } catch (failure) {
      await error.send(Buffer.from(`error forwarding port ${port} to pod ${pod}: ${(failure as Error).message}`));
    }
    await data.end();
    await error.end();
  }

  /** What comes before the connection stands is kept for it. */
  const held = new WeakMap<SpdyStream, (() => void)[]>();
  function hold(stream: SpdyStream): SpdyStream {
    const early: (() => void)[] = [];
    held.set(stream, early);
    stream.onData = (bytes) => void early.push(() => stream.onData(bytes));
    stream.onEnd = () => void early.push(() => stream.onEnd());
    return stream;
  }
  return (bytes) => session.receive(bytes);
}
