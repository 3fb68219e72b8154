/**
 * Exec, attach and port-forward through the container runtime's streaming server on loopback, like the kubelet:
 * SPDY/3.1. Streams of exec and attach are those of `v4.channel.k8s.io` and can be half-closed; those of a port-forward
 * pass through unparsed.
 */
import { type ClientRequestArgs, request as send } from "node:http";
import { Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { SpdySession, type SpdyStream } from "../../spdy/spdy.ts";
import { writeTo } from "../../spdy/write-to.ts";
import type { ExecRequest, Exit, ProcessStream } from "../process-stream.ts";
import { RuntimeError } from "../runtime-error.ts";

const TERMINAL = "v4.channel.k8s.io";
const PORTS = "portforward.k8s.io";
const LOST = "the container runtime has ended the stream";

/** The exit in the final Status. */
export function exitOf(text: string): Exit {
  try {
    const status = JSON.parse(text) as {
      readonly status?: string;
      readonly message?: string;
      readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
    };
    if (status.status === "Success") return { code: 0 };
    const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
    const words = status.message;
    if (cause === undefined) return { message: words ?? LOST };
    return { code: Number(cause.message ?? 1), ...(words === undefined ? {} : { words }) };
  } catch {
    return { message: LOST };
  }
}

export async function openCriStream(url: string, requested: Omit<ExecRequest, "command">): Promise<ProcessStream> {
  const socket = await upgrade(url, TERMINAL);
  const session = new SpdySession({ write: async (bytes) => void (await writeTo(socket, bytes)) });
  const open = (streamType: string) => session.open({ streamType });
  const error = await open("error");
  const exit = new Promise<Exit>((resolve) => {
    let text = "";
    error.onData = (bytes) => {
      text += bytes.toString();
      return undefined;
    };
    error.onEnd = () => resolve(exitOf(text));
  });
  const stdin = requested.stdin ? writableTo(await open("stdin")) : undefined;
  const stdout = requested.stdout ? readableOf(await open("stdout")) : undefined;
  const stderr = requested.stderr ? readableOf(await open("stderr")) : undefined;
  const sizes = requested.tty ? await open("resize") : undefined;
  void receive(socket, session);
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    resize: ({ width, height }) => void sizes?.send(Buffer.from(JSON.stringify({ Width: width, Height: height }))),
    close: () => socket.destroy(),
    exit,
  };
}

/** The streams are the client's. */
export const openPortForward = (url: string): Promise<Socket> => upgrade(url, PORTS);

function upgrade(url: string, protocol: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = { Connection: "Upgrade", Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol };
    const call = send(url, { method: "POST", headers, createConnection: connected });
    call.once("upgrade", (_, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      socket.on("error", () => {});
      resolve(socket);
    });
    call.once("response", (response) => {
      response.destroy();
      reject(new RuntimeError(`the container runtime answers ${response.statusCode} to an upgrade`));
    });
    call.once("error", (error) => reject(new RuntimeError(error.message)));
    call.end();
  });
}

const connected = ({ host, port }: ClientRequestArgs): Socket =>
  new LingeringSocket().connect({ host: host ?? "localhost", port: Number(port) });

type Written = (error?: Error | null) => void;

/**
 * If a command ends before reading all its input, the connection is closed while input is still being written. Its exit
 * has arrived by then and must still be read, which a failed write would prevent.
 */
class LingeringSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Written): void {
    super._write(chunk, encoding, () => done());
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Written): void {
    super._writev?.(chunks, () => done());
  }
}

/** Reads only as much as the receiver has room for. */
async function receive(socket: Socket, session: SpdySession): Promise<void> {
  try {
    for await (const chunk of socket) await session.receive(chunk as Buffer);
  } catch {
    // Cut off.
  }
  session.end();
}

function readableOf(stream: SpdyStream): PassThrough {
  const readable = new PassThrough();
  stream.onData = (bytes) => writeTo(readable, bytes);
  stream.onEnd = () => void readable.end();
  return readable;
}

const writableTo = (stream: SpdyStream): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => void stream.send(chunk).then(() => done(), done),
    final: (done) => void stream.end().then(() => done(), done),
  });
