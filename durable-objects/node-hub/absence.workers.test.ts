import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { Env } from "../../worker/env.ts";
import type { RequestBatch } from "../../worker/own-api.ts";
import { NodeHub, type NodeHubEnv } from "../node-hub.ts";
import { Absence, GRACE_MS } from "./absence.ts";
import { Links } from "./links.ts";

const { NODE_HUB } = env as Env;

/** A node's link, over which it has received its snapshot. */
async function dial(cluster: string, node: string): Promise<WebSocket> {
  const response = await NODE_HUB.getByName(cluster).fetch(`https://hub/?node=${node}&cluster=${cluster}`, {
    headers: { Upgrade: "websocket" },
  });
  const { webSocket } = response;
  if (!webSocket) throw new Error("no WebSocket");
  webSocket.accept();
  await new Promise((resolve) => webSocket.addEventListener("message", resolve, { once: true }));
  return webSocket;
}

it("LINK-LEFT: treats a node that stops polling as disconnected", async () => {
  const cluster = "hub-polled";
  const hub = NODE_HUB.getByName(cluster);
  await (await hub.fetch(`https://hub/?node=a&cluster=${cluster}&since=0`)).text();
  await runInDurableObject(hub, async (instance, state) => {
    const polling = async () => [...(await state.storage.list({ prefix: "polls:" })).keys()];
    await instance.alarm();
    expect(await polling()).toEqual(["polls:a"]);
    // A hub that has slept knows of no poll since then.
    await new NodeHub(state, env as NodeHubEnv).alarm();
    expect(await polling()).toEqual([]);
  });
});

it("LINK-LEFT: a node that goes silent has been away since it was last heard from, and has 5 s to connect again", async () => {
  await dial("hub-silent", "a");
  await runInDurableObject(NODE_HUB.getByName("hub-silent"), async (instance, state) => {
    const { storage } = state;
    const since = Date.now() - 50_000;
    for (const socket of state.getWebSockets("a"))
      socket.serializeAttachment({ ...socket.deserializeAttachment(), since });
    await instance.alarm();
    expect(await storage.get("left:a")).toMatchObject({ at: since });
    expect(((await storage.getAlarm()) ?? 0) - Date.now()).toBeLessThan(5001);
    await instance.alarm();
    expect(await storage.get("left:a")).toBeUndefined();
  });
});

it("LINK-LEFT: nothing is sent over the old socket of a node that has left or connected again", async () => {
  const cluster = "hub-cut";
  const sockets = [await dial(cluster, "a")];
  await runInDurableObject(NODE_HUB.getByName(cluster), async (instance, state) => {
    const [old] = state.getWebSockets("a");
    // As platforms present it after a sleep: closed by the hub, but not by the node.
    old?.serializeAttachment("left");
    expect(old?.readyState).toBe(WebSocket.OPEN);
    expect([await instance.isLinked("a"), await instance.linkedNodes()]).toEqual([false, []]);
  });
  sockets.push(await dial(cluster, "a"));
  await runInDurableObject(NODE_HUB.getByName(cluster), async (instance, state) => {
    expect(await instance.isLinked("a")).toBe(true);
    const attachments = state.getWebSockets("a").map((socket) => socket.deserializeAttachment());
    expect(attachments.filter((each) => each !== "left")).toHaveLength(1);
  });
  for (const socket of sockets) socket.close();
});

it("LINK-LATE: a hub that stood still gives up no node for what it could not hear", async () => {
  await dial("hub-still", "a");
  await runInDurableObject(NODE_HUB.getByName("hub-still"), async (instance, state) => {
    const { storage } = state;
    const scheduledTime = Date.now() - 50_000;
    const [socket] = state.getWebSockets("a");
    socket?.serializeAttachment({ ...socket.deserializeAttachment(), since: scheduledTime });
    await storage.put("left:b", { cluster: "hub-still", at: scheduledTime });
    await storage.deleteAlarm();
    await instance.alarm({ scheduledTime });
    expect([...(await storage.list({ prefix: "left:" })).keys()]).toEqual(["left:b"]);
    expect(socket?.readyState).toBe(WebSocket.OPEN);
    expect(((await storage.getAlarm()) ?? 0) - Date.now()).toBeGreaterThan(35_000);
  });
});

it("LINK-LEFT: a node that leaves postpones no look at those that left before", async () => {
  const sockets = await Promise.all(["a", "b"].map((node) => dial("hub-leaving", node)));
  const hub = NODE_HUB.getByName("hub-leaving");
  const due = () => runInDurableObject(hub, (_, { storage }) => storage.getAlarm());
  await runInDurableObject(hub, (_, { storage }) => storage.setAlarm(Date.now() + 20_000));
  const before = await due();
  sockets[0]?.close();
  await expect.poll(() => runInDurableObject(hub, (_, { storage }) => storage.get("left:a"))).toBeDefined();
  expect(await due()).toBe(before);
  sockets[1]?.close();
});

it("LINK-LEFT: a node that comes back while others are given up is not given up", async () => {
  const cluster = "hub-back";
  const socket = await dial(cluster, "linked");
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    const absence = new Absence(state.storage, new Links(state));
    const at = Date.now() - GRACE_MS;
    for (const node of ["a", "b", "c"]) await absence.left(node, { cluster, at });
    const givenUp: string[] = [];
    await absence.look(Date.now(), async (node) => {
      givenUp.push(node);
      await absence.linked("b", cluster);
      await absence.polled("c", cluster);
      return true;
    });
    expect(givenUp).toEqual(["a"]);
  });
  socket.close();
});

it("LINK-CRASH: a node that is just connecting is not away", async () => {
  const cluster = "hub-connecting";
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    const links = new Links(state);
    const absence = new Absence(state.storage, links);
    const { 1: socket } = new WebSocketPair();
    links.accept(socket, { node: "a", cluster, since: Date.now(), tunnels: [] });
    await absence.linked("a", cluster);
    expect(await absence.lastSeen(Date.now())).toEqual([]);
    socket.close();
  });
});

it("LINK-LOST: a node that cannot be marked does not keep others from being given up, and is tried again 5 s later", async () => {
  const cluster = "hub-failing";
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    const { storage } = state;
    const now = Date.now();
    for (const node of ["a", "b"]) await storage.put(`left:${node}`, { cluster, at: now - GRACE_MS });
    const clock = vi.spyOn(Date, "now").mockReturnValue(now);
    const API = {
      send: async ({ requests }: RequestBatch) => {
        // So long that the next look is due already, and would count as late.
        clock.mockReturnValue(now + 20_000);
        if (requests.some(({ path }) => path.endsWith("/a"))) throw new Error("no connection");
        return requests.map(() => ({ code: 404, body: JSON.stringify({ kind: "Status", code: 404 }) }));
      },
    };
    await new NodeHub(state, { ...env, API } as unknown as NodeHubEnv).alarm({ scheduledTime: now });
    clock.mockRestore();
    expect([...(await storage.list({ prefix: "left:" })).keys()]).toEqual(["left:a"]);
    expect(await storage.getAlarm()).toBe(now + 20_000);
  });
});

it("LINK-CRASH: a node whose link ended with the process has as long to come back as any other", async () => {
  const socket = await dial("hub-before", "a");
  const kept = await runInDurableObject(NODE_HUB.getByName("hub-before"), (_, { storage }) => storage.list());
  // A process that was killed leaves what is stored, but no sockets.
  await runInDurableObject(NODE_HUB.getByName("hub-after"), async (_, state) => {
    await state.storage.put(Object.fromEntries(kept));
    const before = Date.now();
    const { a: seen = 0 } = await new NodeHub(state, env as NodeHubEnv).lastSeen();
    expect(seen).toBeGreaterThanOrEqual(before);
    expect(await new NodeHub(state, env as NodeHubEnv).lastSeen()).toEqual({ a: seen });
    expect(await state.storage.getAlarm()).not.toBeNull();
  });
  socket.close();
});
