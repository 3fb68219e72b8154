import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { CHANNEL, Tunnel } from "./tunnel.ts";

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

/** A tunnel, and the control plane's end of it. */
async function tunnel(options: { readonly oneWay?: boolean } = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  servers.push(server);
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const accepted = new Promise<WebSocket>((resolve) => server.once("connection", resolve));
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await new Promise((resolve) => socket.once("open", resolve));
  return { node: new Tunnel(socket, options), plane: await accepted };
}

const soon = (settled: Promise<unknown>) =>
  Promise.race([settled.then(() => "sent"), new Promise((resolve) => setTimeout(resolve, 100, "waiting"))]);

test.each([true, false])(
  "TUNNEL-CUT: whether the connection was closed by its other end (%j) or broke is known",
  async (isClosed) => {
    const { node, plane } = await tunnel();
    const ended = new Promise((resolve) => node.signal.addEventListener("abort", resolve));
    if (isClosed) plane.close();
    else plane.terminate();
    await ended;
    expect(node.isBroken).toBe(!isClosed);
  },
);

test("TUNNEL-WINDOW: all waiting senders continue when the window opens", async () => {
  const { node, plane } = await tunnel({ oneWay: true });
  const sends = [1, 2, 3].map((channel) => node.send(channel, Buffer.alloc(600_000)));
  expect(await soon(Promise.all(sends))).toBe("waiting");
  plane.send(JSON.stringify({ read: 1_800_003 }));
  expect(await soon(Promise.all(sends))).toBe("sent");
});

test("TUNNEL-WINDOW: a slow reader stops the sender", async () => {
  const { node, plane } = await tunnel();
  plane.pause();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 200; sent++) await node.send(CHANNEL.stdout, Buffer.alloc(100_000));
  })();
  expect(await soon(sending)).toBe("waiting");
  expect(sent).toBeLessThan(200);
  plane.resume();
  await sending;
});

test("TUNNEL-WINDOW: nothing more is read while received data has no room", async () => {
  const { node, plane } = await tunnel();
  const taken: number[] = [];
  let makeRoom = () => {};
  node.onFrame = (_, bytes) => {
    taken.push(bytes.length);
    return new Promise<void>((resolve) => {
      makeRoom = resolve;
    });
  };
  for (let i = 0; i < 50; i++) plane.send(Buffer.alloc(1_000_000));
  await expect.poll(() => taken.length).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken.length).toBeLessThan(5);
  node.onFrame = () => {
    taken.push(0);
    return undefined;
  };
  makeRoom();
  await expect.poll(() => taken.length).toBe(50);
});

test("TUNNEL-END: waiting senders are released when the other side closes", async () => {
  const { node, plane } = await tunnel({ oneWay: true });
  const sends = [1, 2].map((channel) => node.send(channel, Buffer.alloc(2_000_000)));
  plane.terminate();
  expect(await soon(Promise.all(sends))).toBe("sent");
  expect(node.signal.aborted).toBe(true);
});

test("TUNNEL-FRAME: an invalid frame ends the tunnel, but not the agent", async () => {
  const { node, plane } = await tunnel();
  node.onFrame = () => {
    throw new Error("no such frame");
  };
  const closed = new Promise<number>((resolve) => plane.once("close", resolve));
  plane.send(Buffer.from("x"));
  expect(await closed).toBe(1007);
});
