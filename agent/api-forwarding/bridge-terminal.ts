/**
 * exec and attach: the streams of a SPDY session are the channels of `v5.channel.k8s.io`. What a kubelet does for such
 * a client is done here: it waits for all the streams, and ends each.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { failure } from "../../api/machinery/status.ts";
import { errorFrame, toClient } from "../../api/terminal-protocol.ts";
import { SpdySession, type SpdyStream } from "../spdy/spdy.ts";
import { type Consumed, writeTo } from "../spdy/write-to.ts";
import { CHANNEL, Tunnel } from "../streams/tunnel.ts";

export interface TerminalOptions {
  /** `v4.channel.k8s.io` or older. */
  readonly version: string;
  readonly query: URLSearchParams;
}

/** How long a client may take to open its streams, as by a kubelet. */
const STREAMS_MS = 30_000;
/** Reports a command's exit in words, and success by silence, as did those before the fourth. */
const IN_WORDS = "channel.k8s.io";
const LOST = errorFrame(failure(500, "InternalError", "the connection to the command was lost"));

type Type = "stdin" | "stdout" | "stderr" | "error" | "resize";

/** As parsed by Kubernetes: everything but 0 and false means yes. */
const isSet = (query: URLSearchParams, name: string): boolean => !/^(0|false)$/i.test(query.get(name) ?? "false");

/** Before the third version, terminals had no size. */
function expectedStreams({ version, query }: TerminalOptions): ReadonlySet<string> {
  const isTerminal = isSet(query, "tty");
  const requested = (["stdin", "stdout", "stderr"] as const).filter((name) => isSet(query, name));
  const expected = new Set<Type>(["error", ...requested]);
  if (isTerminal) expected.delete("stderr");
  if (isTerminal && version !== "v2.channel.k8s.io") expected.add("resize");
  return expected;
}

export async function bridgeTerminal(socket: Duplex, upstream: WebSocket, options: TerminalOptions): Promise<void> {
  const tunnel = new Tunnel(upstream);
  const expected = expectedStreams(options);
  const streams = new Map<string, SpdyStream>();
  const tooLate = setTimeout(() => socket.destroy(), STREAMS_MS);
  const session = new SpdySession({
    write: async (bytes) => void (await writeTo(socket, bytes)),
    onStream: (stream) => {
      const type = stream.headers.get("streamtype") ?? "";
      if (!expected.has(type) || streams.has(type)) return void stream.reset();
      streams.set(type, stream);
      if (type === "stdin") sendInput(stream, tunnel);
      if (type === "resize") sendSizes(stream, tunnel);
      if (streams.size < expected.size) return;
      clearTimeout(tooLate);
      upstream.resume();
      if (tunnel.signal.aborted) finish(LOST);
    },
  });

  let isOver = false;
  /** A client that has not opened all its streams yet would not hear it. */
  const finish = (exit: Uint8Array) => {
    if (isOver || streams.size < expected.size) return;
    isOver = true;
    const status = options.version === "v4.channel.k8s.io" ? exit : toClient(IN_WORDS, exit);
    if (status instanceof Uint8Array) void streams.get("error")?.send(Buffer.from(status.subarray(1)));
    for (const stream of streams.values()) {
      stream.onData = () => undefined;
      void stream.end();
    }
    socket.end();
    tunnel.close();
  };
  tunnel.onFrame = (channel, bytes): Consumed => {
    if (channel === CHANNEL.stdout) return streams.get("stdout")?.send(bytes);
    if (channel === CHANNEL.stderr) return streams.get("stderr")?.send(bytes);
    if (channel === CHANNEL.error) finish(Buffer.concat([Buffer.of(CHANNEL.error), bytes]));
    return undefined;
  };
  tunnel.signal.addEventListener("abort", () => finish(LOST));

  try {
    for await (const chunk of socket) {
      await session.receive(chunk as Buffer);
      if (session.isEnded) break;
    }
  } catch {
    // Cut off.
  }
  clearTimeout(tooLate);
  isOver = true;
  session.end();
  tunnel.close();
}

function sendInput(stream: SpdyStream, tunnel: Tunnel): void {
  stream.onData = (bytes) => tunnel.send(CHANNEL.stdin, bytes);
  stream.onEnd = () => void tunnel.send(CHANNEL.close, Buffer.of(CHANNEL.stdin));
}

/** No size is longer. */
const MAX_SIZE_LENGTH = 256;

/** Sizes are objects of JSON, one after another; each becomes a message. */
function sendSizes(stream: SpdyStream, tunnel: Tunnel): void {
  let text = "";
  stream.onData = (bytes) => {
    text += bytes.toString("utf8");
    const sizes = text.match(/\{[^{}]*\}/g) ?? [];
    text = text.slice(text.lastIndexOf("}") + 1).slice(0, MAX_SIZE_LENGTH);
    return sizes.length === 0
      ? undefined
      : Promise.all(sizes.map((size) => tunnel.send(CHANNEL.resize, Buffer.from(size))));
  };
}
