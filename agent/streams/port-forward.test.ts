import { afterEach, expect, test } from "vitest";
import { connectToLoopback, listenOnLoopback } from "../../test/fakes/loopback.ts";
import { SpdySession } from "../spdy/spdy.ts";
import { forwardPorts } from "./port-forward.ts";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Echoes each connection. */
async function echoServer(): Promise<number> {
  const { server, port } = await listenOnLoopback((socket) => socket.pipe(socket), { allowHalfOpen: true });
  open.push(server);
  return port;
}

/** As in kubectl: for each connection a stream for errors, to which it never writes, and one for data. */
function forward(signal: AbortSignal) {
  const receive = forwardPorts({
    connect: connectToLoopback,
    write: (bytes) => session.receive(bytes),
    pod: "web",
    signal,
  });
  const session: SpdySession = new SpdySession({ write: receive });
  let requests = 0;
  return async (port: number, said: Buffer): Promise<{ heard: Buffer; error: string }> => {
    const shared = { requestID: String(requests++), port: String(port) };
    const error = await session.open({ ...shared, streamType: "error" });
    let complaint = "";
    error.onData = (bytes) => {
      complaint += bytes;
      return undefined;
    };
    const failed = new Promise<void>((resolve) => {
      error.onEnd = resolve;
    });
    await error.end();
    const data = await session.open({ ...shared, streamType: "data" });
    const heard: Buffer[] = [];
    data.onData = (bytes) => {
      heard.push(Buffer.from(bytes));
      return undefined;
    };
    const ended = new Promise<void>((resolve) => {
      data.onEnd = resolve;
    });
    for (let at = 0; at < said.length; at += 32768) await data.send(said.subarray(at, at + 32768));
    await data.end();
    await Promise.all([ended, failed]);
    return { heard: Buffer.concat(heard), error: complaint };
  };
}

test("a hundred concurrent connections each receive exactly their own bytes", async () => {
  const [ask, port] = [forward(new AbortController().signal), await echoServer()];
  const said = Array.from({ length: 100 }, (_, i) => Buffer.alloc(200_000, `${i} `));
  const answers = await Promise.all(said.map((bytes) => ask(port, bytes)));
  expect(answers.filter(({ heard }, i) => !heard.equals(said[i] ?? Buffer.alloc(0)))).toEqual([]);
});

test("a port without a listener fails only its own connection", async () => {
  const [ask, port] = [forward(new AbortController().signal), await echoServer()];
  const [refused, answered] = await Promise.all([ask(1, Buffer.alloc(1_000_000)), ask(port, Buffer.from("hello"))]);
  expect(refused.error).toMatch(/^error forwarding port 1 to pod web: connect ECONNREFUSED/);
  expect(answered.heard.toString()).toBe("hello");
});
