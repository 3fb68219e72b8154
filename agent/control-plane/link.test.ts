import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { ANSWERS_REQUESTS } from "../../api/node/link-request.ts";
import type { NodeSync } from "../../api/node/node-sync.ts";
import { Link, type LinkOptions } from "./link.ts";

const told = (body: object) => ({ code: 200, body: JSON.stringify(body), date: new Date().toUTCString() });
const sync = (revision: number): NodeSync => ({ type: "sync", revision, reset: false, changes: [] });

let stop: AbortController;
let server: WebSocketServer;
let messages: string[];
let received: number[];
let otherLogs: number;
let broken: string[];
let deletions: number;
beforeEach(async () => {
  stop = new AbortController();
  [messages, received, otherLogs, broken, deletions] = [[], [], 0, [], 0];
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", resolve));
});
afterEach(() => {
  vi.useRealTimers();
  stop.abort();
  for (const client of server.clients) client.terminate();
  server.close();
});

function start(options: Partial<LinkOptions["controlPlane"]> = {}): Link {
  const link = new Link({
    controlPlane: {
      request: async () => told(sync(0)),
      webSocket: (path) => new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`),
      ...options,
    },
    nodeName: "n",
    revision: () => received.at(-1) ?? 0,
    onSync: ({ revision }) => void received.push(revision),
    onOtherLog: () => void otherLogs++,
    onTunnel: () => {},
    onRequest: (frame, { send }) => send(Buffer.concat([frame, Buffer.from(", and answered")])),
    onRelay: () => {},
    broken: () => broken,
    onUp: () => {},
    onLost: () => {},
    onDeleted: () => void deletions++,
    usage: () => Promise.reject(new Error("not asked for here")),
    log: { info() {}, warn: (message) => void messages.push(message) },
    signal: stop.signal,
  });
  void link.run();
  return link;
}

const refusing = () => new WebSocket("ws://127.0.0.1:1/");

test("LINK-POLL: if WebSockets are blocked, the node polls over HTTP from its last revision", async () => {
  const requests: string[] = [];
  const link = start({
    webSocket: refusing,
    request: async ({ path }) => {
      requests.push(new URL(path, "http://plane.test").search);
      return told(sync(requests.length));
    },
  });
  await expect.poll(() => received, { timeout: 15_000 }).toEqual([1, 2]);
  expect(requests).toEqual(["?since=0", "?since=1"]);
  expect(link.awaySince).toBeDefined();
});

test("LINK-BACK: a snapshot older than what the node knew when it asked for one is of another log", async () => {
  received.push(7);
  server.on("connection", (client, { url = "" }) => {
    expect(url).toContain("since=7");
    for (const revision of [3, 4]) client.send(JSON.stringify({ ...sync(revision), reset: revision === 3 }));
  });
  start();
  await expect.poll(() => received, { timeout: 10_000 }).toEqual([7, 3, 4]);
  expect(otherLogs).toBe(1);
});

test("LINK-BACK: changes that a hub sends twice after its sleep are not of another log", async () => {
  received.push(7);
  server.on("connection", (client) => {
    for (const revision of [9, 3, 10]) client.send(JSON.stringify({ ...sync(revision), reset: revision === 9 }));
  });
  start();
  await expect.poll(() => received, { timeout: 10_000 }).toEqual([7, 9, 3, 10]);
  expect(otherLogs).toBe(0);
});

test("LINK-TOLD: the log says that the link is down, and when it is up again", async () => {
  start();
  await expect.poll(() => server.clients.size, { timeout: 10_000 }).toBe(1);
  expect(messages).toEqual([]);
  for (const client of server.clients) client.terminate();
  await expect
    .poll(() => messages, { timeout: 10_000 })
    .toEqual([expect.stringMatching(/is down; pods keep running$/), expect.stringMatching(/is up again$/)]);
});

test("LINK-UNREAD: the hub's marks are returned unchanged", async () => {
  const mark = JSON.stringify({ type: "mark", id: "7" });
  const heard: string[] = [];
  server.on("connection", (socket) => {
    socket.on("message", (text) => heard.push(String(text)));
    socket.send(mark);
  });
  start();
  await expect.poll(() => heard, { timeout: 10_000 }).toContain(mark);
});

test("LINK-GONE: a node that the control plane no longer knows reports this once, with a remedy", async () => {
  let requested = 0;
  start({
    webSocket: refusing,
    request: async () => {
      requested++;
      return { ...told({}), code: 401 };
    },
  });
  await expect.poll(() => requested, { timeout: 15_000 }).toBe(2);
  expect(messages).toEqual([
    expect.stringMatching(/knows this node no more: was its Node deleted\?.*sailplane token create/),
  ]);
});

test("LINK-DELETED: a node whose Node is deleted hears of it, and not that it is refused", async () => {
  let requested = 0;
  const { port } = server.address() as AddressInfo;
  server.on("connection", (socket) => socket.close(1008, "the node was deleted"));
  start({
    webSocket: () => (deletions > 0 ? refusing() : new WebSocket(`ws://127.0.0.1:${port}`)),
    request: async () => {
      requested++;
      return { ...told({}), code: 401 };
    },
  });
  await expect.poll(() => requested, { timeout: 15_000 }).toBe(2);
  expect(deletions).toBe(1);
  expect(messages).toEqual([]);
});

test("LINK-DELETED: a node whose Node was deleted and that has a link again hears when that breaks", async () => {
  server.once("connection", (socket) => socket.close(1008, "the node was deleted"));
  start({ request: () => Promise.reject(new Error("away")) });
  await expect.poll(() => deletions, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => server.clients.size, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => messages, { timeout: 10_000 }).toEqual([expect.stringMatching(/is up again$/)]);
  for (const client of server.clients) client.terminate();
  await expect.poll(() => messages[1], { timeout: 10_000 }).toMatch(/is down; pods keep running$/);
});

test("LINK-GONE: a control plane with another authority's certificate is reported once, with a remedy", async () => {
  let requested = 0;
  start({
    webSocket: refusing,
    request: () => {
      requested++;
      const code = requested === 1 ? "ECONNREFUSED" : "SELF_SIGNED_CERT_IN_CHAIN";
      return Promise.reject(Object.assign(new Error(code), { code }));
    },
  });
  await expect.poll(() => requested, { timeout: 15_000 }).toBe(3);
  expect(messages).toEqual([
    expect.stringMatching(/SELF_SIGNED_CERT_IN_CHAIN.*set up again\?.*sailplane token create/),
  ]);
});

test("LINK-CLOCK: a wrong clock is reported once, whether noticed over HTTP or WebSocket", async () => {
  server.on("headers", (headers) => void headers.push(`Date: ${new Date(Date.now() - 3_600_000).toUTCString()}`));
  const link = start();
  await expect.poll(() => messages, { timeout: 10_000 }).toHaveLength(1);
  expect(messages[0]).toMatch(/^this machine's clock is 36\d\d s ahead of the control plane's/);
  expect(link.clockSkewMs).toBeGreaterThan(3_500_000);
  for (const client of server.clients) client.terminate();
  await expect.poll(() => server.clients.size, { timeout: 10_000 }).toBe(1);
  expect(messages.filter((message) => message.includes("clock"))).toHaveLength(1);
});

test("LINK-CLOCK: a clock that jumps by an hour does not end the link", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  let links = 0;
  server.on("connection", (socket) => {
    links++;
    socket.on("message", (text) => String(text) === "ping" && socket.send("pong"));
  });
  const link = start();
  await expect.poll(() => link.awaySince, { timeout: 10_000 }).toBeUndefined();
  for (const jump of [3_600_000, -7_200_000]) {
    vi.setSystemTime(Date.now() + jump);
    const before = links;
    vi.advanceTimersByTime(10_000);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([links, link.awaySince]).toEqual([before, undefined]);
  }
});

test("LINK-CLOCK: what a push missed is made up for after a clock was set back by hours", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2026-01-01T12:30:00Z") });
  const link = start();
  await expect.poll(() => link.awaySince, { timeout: 10_000 }).toBeUndefined();
  const before = received.length;
  vi.setSystemTime(Date.now() - 5 * 3_600_000);
  await vi.advanceTimersByTimeAsync(4000);
  expect(received.length - before).toBe(1);
});

test("TUNNEL-CUT: the node tells which tunnels broke, at once and whenever a link begins", async () => {
  const told: unknown[] = [];
  server.on("connection", (client) =>
    client.on("message", (data) => void told.push((JSON.parse(String(data)) as { ids?: unknown }).ids)),
  );
  const link = start();
  await expect.poll(() => link.awaySince, { timeout: 10_000 }).toBeUndefined();
  broken = ["a"];
  link.tellBroken();
  await expect.poll(() => told).toEqual([["a"]]);
  for (const client of server.clients) client.terminate();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual([["a"], ["a"]]);
});

test("LINK-REQUEST: the node says that it answers requests over its link, and does", async () => {
  const connected = new Promise<{ client: WebSocket; path: string }>((resolve) =>
    server.once("connection", (client, { url = "" }) => resolve({ client, path: url })),
  );
  start();
  const { client, path } = await connected;
  expect(new URL(path, "http://plane.test").searchParams.has(ANSWERS_REQUESTS)).toBe(true);
  const answered = new Promise<string>((resolve) => client.once("message", (data) => resolve(String(data))));
  client.send(Buffer.from("asked"));
  expect(await answered).toBe("asked, and answered");
});
