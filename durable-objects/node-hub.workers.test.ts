import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { type NodeSync, RESPONSE_HEADER, renderNodeResponse } from "../api/node/node-sync.ts";
import type { Revision } from "../api/store/store.ts";
import type { Env } from "../worker/env.ts";
import { NodeHub, type NodeHubEnv } from "./node-hub.ts";

const { CLUSTER_STORE, NODE_HUB, TUNNEL } = env as Env;

const pod = (name: string, node: string) => ({
  op: "create" as const,
  key: { resource: "pods", namespace: "default", name },
  text: JSON.stringify({
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name, namespace: "default", resourceVersion: "" },
    spec: { nodeName: node, containers: [{ name: "c" }] },
    status: {},
  }),
  attributes: { labels: {}, fields: { "spec.nodeName": node } },
});

/** Pods only: meanwhile the control plane creates objects of its own, which nodes are told about, too. */
const namesOf = ({ changes }: NodeSync) =>
  changes.filter(({ resource }) => resource === "pods").map(({ object }) => object.metadata.name);

async function dial(cluster: string, node: string): Promise<{ next: () => Promise<NodeSync>; socket: WebSocket }> {
  const response = await NODE_HUB.getByName(cluster).fetch(`https://hub/?node=${node}&cluster=${cluster}`, {
    headers: { Upgrade: "websocket" },
  });
  const socket = response.webSocket as WebSocket & { accept(): void };
  const arrived: NodeSync[] = [];
  let wake = () => {};
  socket.addEventListener("message", ({ data }) => {
    arrived.push(JSON.parse(String(data)) as NodeSync);
    wake();
  });
  socket.accept();
  return {
    socket,
    next: async () => {
      while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return arrived.shift() as NodeSync;
    },
  };
}

it("LINK-SOCKET, LINK-SYNC: sends a node its full state when it connects, and each relevant commit afterwards", async () => {
  const cluster = "hub-pushes";
  const store = CLUSTER_STORE.getByName(cluster);
  await store.commit({ writes: [pod("before", "a"), pod("elsewhere", "b")] });
  const { next, socket } = await dial(cluster, "a");
  const first = await next();
  expect([first.reset, namesOf(first)]).toEqual([true, ["before"]]);
  await store.commit({ writes: [pod("not-mine", "b"), pod("after", "a")] });
  let second = await next();
  while (namesOf(second).length === 0) second = await next();
  expect([second.reset, namesOf(second)]).toEqual([false, ["after"]]);
  expect(second.revision).toBeGreaterThan(first.revision);
  socket.close();
});

it("sends the same over HTTP, and an empty answer if there is nothing new", async () => {
  const cluster = "hub-polls";
  await CLUSTER_STORE.getByName(cluster).commit({ writes: [pod("p", "a")] });
  const poll = async (since: number) => {
    const url = `https://hub/?node=a&cluster=${cluster}&since=${since}`;
    return (await (await NODE_HUB.getByName(cluster).fetch(url)).json()) as NodeSync;
  };
  const all = await poll(0);
  expect([all.reset, namesOf(all)]).toEqual([true, ["p"]]);
  const then = await poll(all.revision);
  expect([then.reset, namesOf(then)]).toEqual([false, []]);
});

it("LINK-SLEEP: resumes from its position after hibernation, and still knows what pods refer to", async () => {
  const cluster = "hub-sleeps";
  const store = CLUSTER_STORE.getByName(cluster);
  const key = { resource: "configmaps", namespace: "default", name: "cm" };
  const text = (data: string) =>
    JSON.stringify({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "cm", namespace: "default", resourceVersion: "" },
      data: { data },
    });
  const attributes = { labels: {}, fields: {} };
  const naming = pod("names", "a");
  const spec = { nodeName: "a", containers: [{ name: "c", envFrom: [{ configMapRef: { name: "cm" } }] }] };
  const named = { ...naming, text: JSON.stringify({ ...JSON.parse(naming.text), spec }) };
  await store.commit({ writes: [{ op: "create", key, text: text("old"), attributes }, named] });
  const { next, socket } = await dial(cluster, "a");
  expect((await next()).reset).toBe(true);
  await store.commit({ writes: [{ op: "replace", key, text: text("new"), attributes }] });
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    // A hub that slept is a new instance, with the same sockets and storage.
    const awake = new NodeHub(state, env as NodeHubEnv);
    await awake.notify({ cluster, revision: 0 as Revision });
  });
  // The instance from before the sleep is still there and receives it, too.
  for (let heard = 0; heard < 2; ) {
    const { reset, changes } = await next();
    expect(reset).toBe(false);
    heard += changes.filter(({ object }) => (object as { data?: unknown }).data !== undefined).length;
  }
  socket.close();
});

it("LINK-PING: a ping is answered without waking the object", async () => {
  const response = await NODE_HUB.getByName("hub-pings").fetch("https://hub/?node=a&cluster=hub-pings", {
    headers: { Upgrade: "websocket" },
  });
  const socket = response.webSocket as WebSocket & { accept(): void };
  const heard: string[] = [];
  socket.addEventListener("message", ({ data }) => {
    heard.push(String(data));
  });
  socket.accept();
  socket.send("ping");
  await vi.waitFor(() => expect(heard).toContain("pong"));
  socket.close();
});

it("LINK-UNREAD: a node that does not read what it is sent is cut off, and one that returns marks is not", async () => {
  const cluster = "hub-unread";
  const hub = NODE_HUB.getByName(cluster);
  const open = async (node: string, returns: boolean) => {
    const response = await hub.fetch(`https://hub/?node=${node}&cluster=${cluster}`, {
      headers: { Upgrade: "websocket" },
    });
    const socket = response.webSocket as WebSocket & { accept(): void };
    socket.addEventListener("message", ({ data }) => {
      if (returns && String(data).startsWith('{"type":"mark"')) socket.send(data);
    });
    const closed = closeOf(socket);
    socket.accept();
    return { socket, closed };
  };
  const [reads, ignores] = [await open("reads", true), await open("ignores", false)];
  const peer = "x".repeat(1024 * 1024);
  const isCalled = async (node: string) => hub.call(node, { type: "relay", peer });
  for (let i = 0; i < 40; i++) expect(await isCalled("reads")).toBe(true);
  for (let i = 0; i < 40; i++) await isCalled("ignores");
  expect(await ignores.closed).toMatchObject({ code: 1008 });
  expect(await isCalled("ignores")).toBe(false);
  reads.socket.close();
});

it("knows which nodes are connected", async () => {
  const cluster = "hub-hears";
  const { next, socket } = await dial(cluster, "a");
  await next();
  const hub = NODE_HUB.getByName(cluster);
  expect(await hub.lastSeen()).toEqual({ a: Number.POSITIVE_INFINITY });
  expect(await hub.call("nobody", { type: "sync", revision: 0, reset: false, changes: [] })).toBe(false);
  socket.close();
});

it("LINK-GONE: closes the link of a node whose Node object is deleted, and no other link", async () => {
  const cluster = "hub-deletes";
  const store = CLUSTER_STORE.getByName(cluster);
  const key = { resource: "nodes", namespace: "", name: "a" };
  const text = JSON.stringify({ kind: "Node", apiVersion: "v1", metadata: { name: "a", resourceVersion: "" } });
  await store.commit({ writes: [{ op: "create", key, text, attributes: { labels: {}, fields: {} } }] });
  const [gone, stays] = [await dial(cluster, "a"), await dial(cluster, "b")];
  await Promise.all([gone.next(), stays.next()]);
  const closed = new Promise<CloseEvent>((resolve) => gone.socket.addEventListener("close", resolve));
  await store.commit({ writes: [{ op: "delete", key }] });
  expect(await closed).toMatchObject({ code: 1008, reason: "the node was deleted" });
  await store.commit({ writes: [pod("later", "b")] });
  let told = await stays.next();
  while (namesOf(told).length === 0) told = await stays.next();
  stays.socket.close();
});

/** A joined client and node. */
async function joinedTunnel(id: string, protocol: string, spoken = protocol) {
  const tunnel = TUNNEL.getByName(id);
  const client = tunnel.fetch("https://tunnel/client?node=a", {
    headers: { Upgrade: "websocket", "X-Sailplane-Protocol": protocol },
  });
  const answer = renderNodeResponse({ code: 200, protocol: spoken });
  const node = await tunnel.fetch("https://tunnel/node?node=a", {
    headers: { Upgrade: "websocket", [RESPONSE_HEADER]: answer },
  });
  const [one, other] = [(await client).webSocket, node.webSocket] as (null | (WebSocket & { accept(): void }))[];
  if (!one || !other) throw new Error("the client was not joined");
  for (const end of [one, other]) {
    end.binaryType = "arraybuffer";
    end.accept();
  }
  return { client: one, node: other };
}

const closeOf = (socket: WebSocket) =>
  new Promise<{ readonly code: number }>((resolve) => {
    socket.addEventListener("close", resolve);
    socket.addEventListener("error", () => resolve({ code: 1006 }));
  });

it("TUNNEL-FRAME: passes frames unchanged, and closes both sides when either closes", async () => {
  const { client, node } = await joinedTunnel("hub-tunnels/joined", "v5.channel.k8s.io");
  const heard = new Promise<MessageEvent>((resolve) => node.addEventListener("message", resolve, { once: true }));
  client.send(new Uint8Array([0, 104, 105]));
  expect(new Uint8Array((await heard).data)).toEqual(new Uint8Array([0, 104, 105]));
  const closed = closeOf(client);
  node.close(1000);
  expect((await closed).code).toBe(1000);
});

it.each(["channel.k8s.io", "base64.channel.k8s.io", "binary.k8s.io", ""])(
  "TUNNEL-JOIN: the node speaks %j itself; one that cannot is not joined",
  async (protocol) => {
    const { client, node } = await joinedTunnel(`hub-tunnels/${protocol}`, protocol);
    const heard = new Promise<MessageEvent>((resolve) => client.addEventListener("message", resolve, { once: true }));
    node.send("1aGk=");
    expect((await heard).data).toBe("1aGk=");
    node.close(1000);
    const older = joinedTunnel(`hub-tunnels/older-${protocol}`, protocol, "v5.channel.k8s.io");
    await expect(older).rejects.toThrow("not joined");
  },
);

it("TUNNEL-CUT: closes the streams of a node that has gone silent", async () => {
  const cluster = "hub-cuts";
  const { next } = await dial(cluster, "a");
  await next();
  const hub = NODE_HUB.getByName(cluster);
  const request = { kind: "node", path: "/" } as const;
  expect(await hub.call("a", { type: "tunnel", id: "1", request })).toBe(true);
  const { client } = await joinedTunnel(`${cluster}/1`, "v5.channel.k8s.io");
  const closed = closeOf(client);
  await runInDurableObject(hub, async (instance, state) => {
    for (const socket of state.getWebSockets("a"))
      socket.serializeAttachment({ ...socket.deserializeAttachment(), since: 0 });
    await instance.alarm();
    // The node has been away for a long time.
    for (const [key, left] of await state.storage.list<object>({ prefix: "left:" }))
      await state.storage.put(key, { ...left, at: 0 });
    await instance.alarm();
  });
  expect((await closed).code).not.toBe(1000);
});

it("TUNNEL-CUT: closes the streams that a node says are broken, and no other node's", async () => {
  const cluster = "hub-broken";
  const hub = NODE_HUB.getByName(cluster);
  const request = { kind: "node", path: "/" } as const;
  const nodes = await Promise.all(["a", "b"].map((node) => dial(cluster, node)));
  const closed: Promise<number>[] = [];
  for (const node of ["a", "b"]) {
    await hub.call(node, { type: "tunnel", id: node, request });
    const { client } = await joinedTunnel(`${cluster}/${node}`, "v5.channel.k8s.io");
    closed.push(closeOf(client).then(({ code }) => code));
  }
  nodes[0]?.socket.send(JSON.stringify({ type: "broken", ids: ["a", "b", "c"] }));
  expect(await closed[0]).not.toBe(1000);
  const still = new Promise((resolve) => setTimeout(resolve, 200, "open"));
  expect(await Promise.race([closed[1], still])).toBe("open");
});

it("lets only the called node join a tunnel", async () => {
  const tunnel = TUNNEL.getByName("hub-tunnels/1");
  void tunnel.fetch("https://tunnel/client?node=a").catch(() => {});
  const response = await tunnel.fetch("https://tunnel/node?node=b", { headers: { Upgrade: "websocket" } });
  expect(response.status).toBe(404);
});
