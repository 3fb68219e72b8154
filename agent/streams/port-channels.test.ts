import { afterEach, expect, test } from "vitest";
import { connectToLoopback, listenOnLoopback } from "../../test/fakes/loopback.ts";
import { SpdySession } from "../spdy/spdy.ts";
import { joinPorts } from "./port-channels.ts";
import { forwardPorts } from "./port-forward.ts";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Echoes what it received once that contains a full stop. */
async function repeater(): Promise<number> {
  const { server, port } = await listenOnLoopback((socket) => {
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes;
      if (heard.endsWith(".")) socket.end(heard);
    });
  });
  open.push(server);
  return port;
}

function join(ports: readonly number[]) {
  const heard = new Map<number, Buffer>();
  const receive = forwardPorts({
    connect: connectToLoopback,
    write: (bytes) => session.receive(bytes),
    pod: "web",
    signal: new AbortController().signal,
  });
  const session: SpdySession = new SpdySession({ write: receive });
  const send = async (channel: number, bytes: Buffer) => {
    heard.set(channel, Buffer.concat([heard.get(channel) ?? Buffer.alloc(0), bytes]));
  };
  return { heard, ...joinPorts({ ports, session, send }) };
}

const numbered = (port: number, text = "") => Buffer.concat([Buffer.of(port & 255, port >> 8), Buffer.from(text)]);

test("TUNNEL-PORTS: each port has a data and an error channel, each starting with the port number", async () => {
  const ports = [await repeater(), 1, await repeater()];
  const { heard, receive, ended } = join(ports);
  const messages = `${"x".repeat(100_000)}.`;
  await Promise.all([
    receive(0, Buffer.from("first.")),
    receive(4, Buffer.from(messages)),
    receive(9, Buffer.from("lost")),
  ]);
  await ended;
  expect(heard.get(0)).toEqual(numbered(ports[0] ?? 0, "first."));
  expect(heard.get(1)).toEqual(numbered(ports[0] ?? 0));
  expect(heard.get(2)).toEqual(numbered(1));
  expect(heard.get(3)?.subarray(2).toString()).toMatch(/^error forwarding port 1 to pod web: connect ECONNREFUSED/);
  expect(heard.get(4)).toEqual(numbered(ports[2] ?? 0, messages));
});
