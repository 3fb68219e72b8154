/** A client of exec, attach and port-forward that speaks SPDY/3.1, like client-go's. */
import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { SpdySession, type SpdyStream } from "../../agent/spdy/spdy.ts";

interface Connected {
  readonly answer: IncomingMessage;
  readonly socket: Duplex;
}

/** Asks like client-go: 101 with a connection, or an answer. */
export function connectSpdy(port: number, path: string, versions: string | readonly string[]): Promise<Connected> {
  const headers = {
    connection: "Upgrade",
    upgrade: "SPDY/3.1",
    "x-stream-protocol-version": versions,
    authorization: "Bearer own",
  };
  return new Promise((resolve, reject) => {
    const call = request({
      host: "127.0.0.1",
      port,
      method: "POST",
      path,
      headers: { ...headers } as never,
    });
    call.once("upgrade", (answer, socket) => resolve({ answer, socket }));
    call.once("response", (answer) => resolve({ answer, socket: answer.socket }));
    call.once("error", reject);
    call.end();
  });
}

interface Heard {
  readonly stream: SpdyStream;
  text: string;
  isEnded: boolean;
}

/** The client's streams, and what arrives on each. */
export async function openStreams(socket: Duplex, types: readonly string[]) {
  const session = new SpdySession({ write: async (bytes) => void socket.write(bytes) });
  let received: Promise<void> = Promise.resolve();
  const closed = new Promise<void>((resolve) => socket.once("close", resolve)).then(() => received);
  socket.on("data", (bytes) => {
    received = session.receive(bytes);
  });
  socket.on("end", () => socket.end());
  const heard: Record<string, Heard> = {};
  for (const type of types) {
    const one: Heard = { stream: await session.open({ streamType: type }), text: "", isEnded: false };
    heard[type] = one;
    one.stream.onData = (bytes) => {
      one.text += bytes;
      return undefined;
    };
    one.stream.onEnd = () => {
      one.isEnded = true;
    };
  }
  return {
    heard: heard as Record<string, Heard> & { error: Heard; stdin: Heard; stdout: Heard; stderr: Heard },
    closed,
  };
}
