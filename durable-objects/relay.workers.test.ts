import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Env } from "../worker/env.ts";

const { NODE_HUB, RELAY } = env as Env;

interface Dialled {
  readonly status: number;
  readonly heard: (string | number[])[];
  readonly ended: Promise<number>;
  readonly socket: WebSocket;
}

function listen(response: Response): Dialled {
  const socket = response.webSocket as WebSocket & { accept(): void };
  const heard: (string | number[])[] = [];
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    heard.push(typeof data === "string" ? data : [...new Uint8Array(data as ArrayBuffer)]);
  });
  const ended = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  socket.accept();
  return { status: response.status, heard, ended, socket };
}

const upgrade = { headers: { Upgrade: "websocket" } };
const meet = (cluster: string, node: string, peer: string) =>
  RELAY.getByName([cluster, ...[node, peer].sort()].join("/")).fetch(
    `https://relay/?cluster=${cluster}&node=${node}&peer=${peer}`,
    upgrade,
  );
const link = async (cluster: string, node: string) =>
  listen(await NODE_HUB.getByName(cluster).fetch(`https://hub/?node=${node}&cluster=${cluster}`, upgrade));

it("RELAY-CALL: calls the other node, and refuses if that node is not connected", async () => {
  expect((await meet("relay-calls", "a", "b")).status).toBe(503);
  const hub = await link("relay-calls", "b");
  expect((await meet("relay-calls", "a", "b")).status).toBe(101);
  await expect.poll(() => hub.heard).toContain(JSON.stringify({ type: "relay", peer: "a" }));
  hub.socket.close();
});

it("RELAY-PASS: messages reach the other side unchanged, and nobody else", async () => {
  const hub = await link("relay-passes", "b");
  const a = listen(await meet("relay-passes", "a", "b"));
  const b = listen(await meet("relay-passes", "b", "a"));
  a.socket.send(new Uint8Array([1, 2, 3]));
  b.socket.send("text");
  await expect.poll(() => b.heard).toEqual([[1, 2, 3]]);
  await expect.poll(() => a.heard).toEqual(["text"]);
  hub.socket.close();
});

it("RELAY-END: when one side closes, the other is closed; a reconnecting node replaces its old connection", async () => {
  const hub = await link("relay-ends", "b");
  const a = listen(await meet("relay-ends", "a", "b"));
  const b = listen(await meet("relay-ends", "b", "a"));
  const again = listen(await meet("relay-ends", "b", "a"));
  expect(await b.ended).toBe(1012);
  again.socket.send("still here");
  await expect.poll(() => a.heard).toEqual(["still here"]);
  again.socket.close(1000);
  expect(await a.ended).toBe(1001);
  hub.socket.close();
});

it("RELAY-AHEAD: a node that sends more than the other reads is cut off, whatever the other says, and one that waits is not", async () => {
  const hub = await link("relay-ahead", "b");
  const a = listen(await meet("relay-ahead", "a", "b"));
  const b = listen(await meet("relay-ahead", "b", "a"));
  const frames = new Uint8Array(1024 * 1024).fill(3);
  for (let i = 1; i <= 12; i++) {
    a.socket.send(frames);
    // The frames, and a mark.
    await expect.poll(() => b.heard.length).toBe(2 * i);
    b.socket.send(new Uint8Array(b.heard.at(-1) as number[]));
  }
  expect(a.heard).toEqual([]);
  for (let i = 1; i <= 8; i++) {
    a.socket.send(frames);
    b.socket.send(new Uint8Array([4, 0, 0, 0, 0, 255, 255, 255, i]));
    b.socket.send(new Uint8Array([5, 1, 2, 3, 4, 5, 6, 7, i]));
  }
  expect(await a.ended).toBe(1008);
  expect(b.heard.filter((message) => message.length > 9).length).toBeLessThan(12 + 5);
  hub.socket.close();
});
