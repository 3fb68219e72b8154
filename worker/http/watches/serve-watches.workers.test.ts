import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import {
  API,
  baseOf,
  CLUSTER_STORE,
  call,
  createCluster,
  newCluster,
  outside,
} from "../../../test/workers/api-under-test.ts";

test("WATCH-SLEEP: a closed page leaves nothing in the store that would keep it awake", async () => {
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
  const reported: string[] = [];
  page.addEventListener("message", ({ data }) => void reported.push(String(data)));
  page.send(JSON.stringify({ watch: 1, path: "/api/v1/namespaces/default/configmaps", since: "0" }));
  await call(configMaps, { token, body: { metadata: { name: "seen" } } });
  await expect.poll(() => reported.join()).toContain('"seen"');
  expect(await listeners()).toBe(before + 1);

  page.close(1000, "the tab is closed");
  await vi.waitFor(async () => expect(await listeners()).toBe(before));
});

/** The first message about the socket's first watch. */
async function firstWord(cluster: string, headers: Record<string, string>): Promise<unknown> {
  const requested = { headers: { Upgrade: "websocket", ...headers } };
  const { status, webSocket: page } = await outside.fetch(`${baseOf(cluster)}/sailplane/v1/watch`, requested);
  if (!page) return status;
  page.accept();
  const word = new Promise((reported) =>
    page.addEventListener("message", ({ data }) => reported(JSON.parse(String(data)))),
  );
  page.send(JSON.stringify({ watch: 1, path: "/api/v1/namespaces/default/configmaps", since: "0" }));
  const { refused, ...rest } = (await word) as { refused?: { message: string } };
  page.close();
  return refused?.message ?? rest;
}

test("WATCH-MANY: an impersonating client watches as the impersonated user", async () => {
  const cluster = "watches-impersonated";
  const { token } = (await createCluster(cluster)).object;
  const Authorization = `Bearer ${token}`;
  expect(await firstWord(cluster, { Authorization })).toEqual({ watch: 1, revision: "0" });
  expect(await firstWord(cluster, { Authorization, "Impersonate-User": "jo" })).toContain(
    'User "jo" cannot watch resource "configmaps"',
  );
  expect(await firstWord(cluster, { Authorization, "Impersonate-Group": "g" })).toBe(400);
  expect(await firstWord(cluster, {})).toBe(401);
});

test("FAIR-SOCKET: a client may have a hundred sockets; others have their own limit", async () => {
  const base = await newCluster("watches-many");
  const open = (user: string) => {
    const headers = { Upgrade: "websocket", "Impersonate-User": user };
    return API.fetch(new Request(`${base}/sailplane/v1/watch`, { headers }));
  };
  const first = await Promise.all(Array.from({ length: 100 }, () => open("ann")));
  expect(first.map(({ status }) => status)).toEqual(Array(100).fill(101));
  expect((await open("ann")).status).toBe(429);
  expect((await open("bob")).status).toBe(101);
});
