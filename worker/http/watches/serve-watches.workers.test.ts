import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { baseOf, CLUSTER_STORE, call, createCluster, outside } from "../../../test/workers/api-under-test.ts";

test("WATCH-SLEEP: a page that closes leaves nothing behind in the store that would keep it awake", async () => {
  const cluster = "watches-sleep";
  const { token } = (await createCluster(cluster)).object;
  const configMaps = `${baseOf(cluster)}/api/v1/namespaces/default/configmaps`;
  const listeners = () =>
    runInDurableObject(
      CLUSTER_STORE.getByName(cluster),
      (_, state: DurableObjectState) => state.getWebSockets().length,
    );
  const before = await listeners();

  const headers = { Upgrade: "websocket", Authorization: `Bearer ${token}` };
  const { webSocket: page } = await outside.fetch(`${baseOf(cluster)}/sailplane/v1/watch`, { headers });
  if (!page) throw new Error("no socket");
  page.accept();
  const told: string[] = [];
  page.addEventListener("message", ({ data }) => void told.push(String(data)));
  page.send(JSON.stringify({ watch: 1, path: "/api/v1/namespaces/default/configmaps", since: "0" }));
  await call(configMaps, { token, body: { metadata: { name: "seen" } } });
  await expect.poll(() => told.join()).toContain('"seen"');
  expect(await listeners()).toBe(before + 1);

  page.close(1000, "the tab is closed");
  await vi.waitFor(async () => expect(await listeners()).toBe(before));
});
