/** The whole API of a cluster whose events and leases are sharded: nobody can tell. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import type { Held } from "../../api/backup.ts";
import { shardName } from "../../api/store/shards.ts";
import { baseOf, CLUSTER_STORE, call, deleteCluster, outside } from "../../test/workers/api-under-test.ts";
import type { Env } from "../env.ts";
import { app } from "../http/app.ts";

const LEASES = "leases.coordination.k8s.io";
const CLUSTER = "sharded";
const base = baseOf(CLUSTER);
const core = `${base}/api/v1/namespaces`;
const leasesOf = (namespace: string) => `${base}/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const eventsOf = (namespace: string) => `${core}/${namespace}/events`;

let token: string;

/** Created while the deployment is configured so: a cluster stays what it was created as. */
async function begin(name: string, shards: string): Promise<string> {
  const url = "https://sailplane/sailplane/v1/clusters";
  const request = new Request(url, { method: "POST", body: JSON.stringify({ name, limits: {} }) });
  const deployment = { ...(env as Env), SHARDS: shards, ownApi: true as const };
  const made = await app.fetch(request, deployment, createExecutionContext());
  expect(made.status).toBe(201);
  return (await made.json<{ token: string }>()).token;
}

beforeAll(async () => {
  token = await begin(CLUSTER, "events,leases");
});

const event = (name: string, namespace = "default") => ({
  metadata: { name, namespace },
  involvedObject: { kind: "Pod", namespace, name: "p" },
  reason: "Tested",
  message: "it was",
  type: "Normal",
});
const lease = (name: string, metadata: object = {}) => ({ metadata: { name, ...metadata }, spec: {} });
const held = async (shard?: string): Promise<readonly Held[]> =>
  CLUSTER_STORE.getByName(shard === undefined ? CLUSTER : shardName(CLUSTER, shard)).held();
const count = (all: readonly Held[], resource: string, namespace: string) =>
  all.find((each) => each.resource === resource && each.namespace === namespace)?.objects ?? 0;
const namesIn = async (url: string): Promise<readonly string[]> => {
  const { object } = await call(url, { token });
  return (object as unknown as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
};

test("SHARD-PLACE: each resource is in its own shard, and nowhere else", async () => {
  expect((await call(eventsOf("default"), { token, body: event("here") })).code).toBe(201);
  expect((await call(leasesOf("default"), { token, body: lease("here") })).code).toBe(201);
  expect((await call(`${core}/default/configmaps`, { token, body: { metadata: { name: "here" } } })).code).toBe(201);
  expect(await namesIn(eventsOf("default"))).toContain("here");
  expect((await call(`${leasesOf("default")}/here`, { token })).code).toBe(200);
  const own = await held();
  expect(count(own, "configmaps", "default")).toBeGreaterThan(0);
  expect([count(own, "events", "default"), count(own, LEASES, "default")]).toEqual([0, 0]);
  expect(count(await held("events"), "events", "default")).toBeGreaterThan(0);
  expect(await held(LEASES)).toEqual([{ resource: LEASES, namespace: "default", objects: 1 }]);
  // In whatever version or form they are requested.
  const renamed = await call(`${base}/apis/events.k8s.io/v1/namespaces/default/events/here`, { token });
  expect(renamed.object).toMatchObject({ note: "it was" });
});

test("a conditional write, a patch and a deletion each happen once", async () => {
  const url = `${leasesOf("default")}/guarded`;
  const made = await call(leasesOf("default"), { token, body: lease("guarded") });
  const { resourceVersion } = made.object.metadata;
  const stale = lease("guarded", { resourceVersion: String(Number(resourceVersion) - 1) });
  expect((await call(url, { token, method: "PUT", body: stale })).code).toBe(409);
  const held = { spec: { holderIdentity: "me" } };
  const patched = await call(url, { token, method: "PATCH", body: held });
  expect(patched.object.metadata.resourceVersion).not.toBe(resourceVersion);
  expect((await call(url, { token })).object).toMatchObject({ ...held, metadata: patched.object.metadata });
  expect((await call(leasesOf("default"), { token, body: lease("guarded") })).code).toBe(409);
  expect((await call(url, { token, method: "DELETE" })).code).toBe(200);
  expect((await call(url, { token })).code).toBe(404);
});

test("a watch resumes from a list's revision, including paged lists", async () => {
  const url = leasesOf("kube-public");
  for (const name of ["a", "b", "c"]) await call(url, { token, body: lease(name) });
  const page = await call(`${url}?limit=2`, { token });
  const { continue: next, resourceVersion } = page.object.metadata as { continue?: string; resourceVersion?: string };
  await call(url, { token, body: lease("d") });
  const rest = await call(`${url}?limit=2&continue=${encodeURIComponent(next ?? "")}`, { token });
  expect(rest.object).toMatchObject({ metadata: { resourceVersion }, items: [{ metadata: { name: "c" } }] });
  const watch = await outside.fetch(`${url}?watch=true&resourceVersion=${resourceVersion}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const reader = watch.body?.getReader();
  let reported = "";
  while (!reported.includes("\n")) reported += new TextDecoder().decode((await reader?.read())?.value);
  expect(JSON.parse(reported.split("\n")[0] ?? "")).toMatchObject({
    type: "ADDED",
    object: { metadata: { name: "d" } },
  });
  await reader?.cancel();
});

test("SHARD-COMMIT: nothing is created in a missing namespace, or beyond its quota", async () => {
  expect((await call(eventsOf("missing"), { token, body: event("a", "missing") })).code).toBe(404);
  await call(core, { token, body: { metadata: { name: "counted" } } });
  const quotas = `${core}/counted/resourcequotas`;
  const hard = { [`count/${LEASES}`]: "1", "count/events": "0" };
  await call(quotas, { token, body: { metadata: { name: "q" }, spec: { hard } } });
  await vi.waitFor(async () => {
    const { object } = await call(`${quotas}/q`, { token });
    expect(object.status).toMatchObject({ used: { [`count/${LEASES}`]: "0" } });
  }, 10_000);
  expect((await call(leasesOf("counted"), { token, body: lease("one") })).code).toBe(201);
  const { object, code } = await call(leasesOf("counted"), { token, body: lease("two") });
  expect([code, object.message]).toEqual([403, expect.stringContaining("exceeded quota: q")]);
  // CTL-QUOTA-SERVED: no quota limits these.
  expect((await call(eventsOf("counted"), { token, body: event("one", "counted") })).code).toBe(201);
});

test("SHARD-POLICY: a revoked role and a deleted account take effect with the next request", async () => {
  const accounts = `${core}/default/serviceaccounts`;
  await call(accounts, { token, body: { metadata: { name: "reader" } } });
  const account = (await call(`${accounts}/reader/token`, { token, body: { spec: {} } })).object.status.token;
  const binding = `${base}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`;
  const body = {
    metadata: { name: "reader" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" },
    subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
  };
  const ask = async () => (await call(eventsOf("default"), { token: account })).code;
  expect(await ask()).toBe(403);
  await call(binding, { token, body });
  expect(await ask()).toBe(200);
  await call(`${binding}/reader`, { token, method: "DELETE" });
  expect(await ask()).toBe(403);
  await call(binding, { token, body });
  expect(await ask()).toBe(200);
  await call(`${accounts}/reader`, { token, method: "DELETE" });
  expect(await ask()).toBe(401);
  expect((await call(leasesOf("default"), { token: account, body: lease("late") })).code).toBe(401);
});

test("SHARD-LOOPS: orphans are collected, and a namespace is emptied", async () => {
  const owner = (await call(`${core}/default/configmaps`, { token, body: { metadata: { name: "owner" } } })).object;
  const { name, uid } = owner.metadata;
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name, uid }];
  await call(leasesOf("default"), { token, body: lease("owned", { ownerReferences }) });
  await call(`${core}/default/configmaps/owner`, { token, method: "DELETE" });
  await vi.waitFor(async () => expect(await namesIn(leasesOf("default"))).not.toContain("owned"), 10_000);

  await call(core, { token, body: { metadata: { name: "emptied" } } });
  await call(leasesOf("emptied"), { token, body: lease("left") });
  await call(eventsOf("emptied"), { token, body: event("left", "emptied") });
  await call(`${core}/emptied`, { token, method: "DELETE" });
  await vi.waitFor(async () => expect((await call(`${core}/emptied`, { token })).code).toBe(404), 10_000);
  expect([count(await held(LEASES), LEASES, "emptied"), count(await held("events"), "events", "emptied")]).toEqual([
    0, 0,
  ]);
});

test("SHARD-METRICS: each log's newest revision is reported, and all stores are checked", async () => {
  const { object } = await call(`${base}/metrics`, { token });
  const { text } = object as unknown as { text: string };
  expect(text).toMatch(/^sailplane_store_revision \d+$/m);
  expect(text).toMatch(/^sailplane_store_revision\{shard="events"\} \d+$/m);
  const check = await call(`${base}/sailplane/v1/store/check`, { token });
  expect(check.object).toMatchObject({ faults: [], shards: { events: {}, [LEASES]: {} } });
});

test("WATCH-MANY: a page is notified of changes to sharded resources", async () => {
  const headers = { Upgrade: "websocket", Authorization: `Bearer ${token}` };
  const { webSocket: page } = await outside.fetch(`${base}/sailplane/v1/watch`, { headers });
  if (!page) throw new Error("no socket");
  const reported: string[] = [];
  page.addEventListener("message", ({ data }) => void reported.push(String(data)));
  page.accept();
  const { object } = await call(eventsOf("default"), { token });
  const since = object.metadata.resourceVersion;
  page.send(JSON.stringify({ watch: 1, path: "/api/v1/namespaces/default/events", since }));
  await vi.waitFor(() => expect(reported.length).toBeGreaterThan(0), 10_000);
  await call(eventsOf("default"), { token, body: event("seen") });
  await vi.waitFor(() => expect(reported.join()).toContain('"seen"'), 10_000);
  page.close(1000);
});

test("SHARD-SETTING: a cluster created without shards stays without, whatever the setting later", async () => {
  const whole = await begin("unsharded", "");
  const url = `${baseOf("unsharded")}/api/v1/namespaces/default/events`;
  expect((await call(url, { token: whole, body: event("here") })).code).toBe(201);
  expect(await CLUSTER_STORE.getByName("unsharded/events").held()).toEqual([]);
});

test("SHARD-ERASE: deleting a cluster deletes all its objects, and a new one begins empty", async () => {
  await begin("ending", "events,leases");
  const url = `${baseOf("ending")}/api/v1/namespaces/default/events`;
  expect((await call(url, { body: event("old") })).code).toBe(201);
  expect((await deleteCluster("ending")).code).toBe(200);
  expect(await CLUSTER_STORE.getByName("ending/events").held()).toEqual([]);
  await begin("ending", "events");
  const { object } = await call(url);
  expect(object).toMatchObject({ items: [] });
});
