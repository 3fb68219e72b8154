import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Env } from "../../worker/env.ts";
import { NodeHub, type NodeHubEnv } from "../node-hub.ts";
import { attachmentOf } from "./attachment.ts";

const { CLUSTER_STORE, NODE_HUB } = env as Env;

/** The environment of a hub that reads the store once `ready` has settled, and fails if that did. */
const hubEnv = (ready: Promise<unknown>) =>
  ({
    ...env,
    CLUSTER_STORE: {
      getByName: (cluster: string) =>
        new Proxy(CLUSTER_STORE.getByName(cluster), {
          get: (store, method: "list") => async (query: Parameters<typeof store.list>[0]) => {
            await ready;
            return store[method](query);
          },
        }),
    },
  }) as unknown as NodeHubEnv;

const dial = (hub: NodeHub, cluster: string) =>
  hub.fetch(new Request(`https://hub/?node=a&cluster=${cluster}`, { headers: { Upgrade: "websocket" } }));

it("TUNNEL-CUT: a node that connects twice at once is still ended in the tunnels that it was called to before", async () => {
  const cluster = "hub-twice";
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    await state.storage.put("left:a", { cluster, at: Date.now(), tunnels: ["t"] });
    const ready = Promise.withResolvers<void>();
    const hub = new NodeHub(state, hubEnv(ready.promise));
    const dialled = [dial(hub, cluster)];
    await expect.poll(() => state.storage.get("left:a")).toBeUndefined();
    dialled.push(dial(hub, cluster));
    await expect.poll(() => state.getWebSockets("a").length).toBe(2);
    ready.resolve();
    const responses = await Promise.all(dialled);
    const linked = state.getWebSockets("a").flatMap((socket) => attachmentOf(socket) ?? []);
    expect(linked.map(({ tunnels }) => tunnels)).toEqual([["t"]]);
    for (const { webSocket } of responses) webSocket?.accept();
  });
});

it("LINK-LEFT: a node whose link could not begin is away", async () => {
  const cluster = "hub-unread";
  await runInDurableObject(NODE_HUB.getByName(cluster), async (_, state) => {
    const ready = Promise.withResolvers<void>();
    const dialled = dial(new NodeHub(state, hubEnv(ready.promise)), cluster);
    ready.reject(new Error("the store is away"));
    await expect(dialled).rejects.toThrow("the store is away");
    expect(await state.storage.get("left:a")).toMatchObject({ cluster });
    await expect.poll(() => state.getWebSockets("a")).toEqual([]);
  });
});
