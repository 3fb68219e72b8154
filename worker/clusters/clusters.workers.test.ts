import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { BOOTSTRAP_TOKEN, bootstrapSecret } from "../../test/fakes/objects/bootstrap-token.ts";
import { baseOf, call, createCluster, deleteCluster, outside } from "../../test/workers/api-under-test.ts";
import { deploymentOf } from "../bootstrap/deployment.ts";
import type { Env } from "../env.ts";
import { ownStore } from "../storage/cluster-stores.ts";
import { StoreClient } from "../storage/store-client.ts";
import { deleteCluster as eraseCluster, createCluster as makeCluster } from "./lifecycle.ts";

const bindings = env as Env;
const { CLUSTER_STORE } = bindings;
const CLUSTERS = "https://sailplane/sailplane/v1/clusters";

async function administratorOf(name: string, limits: object = {}): Promise<string> {
  const { code, object } = await createCluster(name, limits);
  expect(code).toBe(201);
  return object.token;
}

const configMap = (name: string, value = "") => ({ metadata: { name }, data: { value } });
const mapsOf = (name: string) => `${baseOf(name)}/api/v1/namespaces/default/configmaps`;

/** One credential of each kind that a cluster knows. */
async function credentialsOf(name: string): Promise<Record<string, string>> {
  const admin = await administratorOf(name);
  const base = baseOf(name);
  await call(`${base}/api/v1/namespaces/kube-system/secrets`, { token: admin, body: bootstrapSecret });
  const accounts = `${base}/api/v1/namespaces/default/serviceaccounts`;
  await call(accounts, { token: admin, body: { metadata: { name: "bot" } } });
  const account = await call(`${accounts}/bot/token`, { token: admin, body: { spec: {} } });
  const node = await call(`${base}/sailplane/v1/join`, { token: BOOTSTRAP_TOKEN, body: { nodeName: "n1" } });
  return { admin, account: account.object.status.token, node: node.object.token, bootstrap: BOOTSTRAP_TOKEN };
}

describe("a named cluster", () => {
  test("CLUSTER-OWN: accepts its own administrator as soon as it is created, and has all default objects", async () => {
    const token = await administratorOf("own");
    const namespaces = await call(`${baseOf("own")}/api/v1/namespaces`, { token });
    expect(namespaces.code).toBe(200);
    expect((await call(mapsOf("own"), { token, body: configMap("a") })).code).toBe(201);
    expect((await createCluster("own")).code).toBe(409);
  });

  test("CLUSTER-APART: a credential of one cluster is invalid in another, at any path", async () => {
    const mine = await credentialsOf("mine");
    await administratorOf("theirs");
    await call(mapsOf("theirs"), { body: configMap("secret-plans") });
    const paths = [
      "/clusters/theirs/api/v1/namespaces/default/configmaps",
      "/clusters/theirs/version",
      "/clusters/mine/../theirs/api/v1/namespaces/default/configmaps",
      "/clusters/mine/%2e%2e/theirs/api/v1/namespaces/default/configmaps",
      "/api/v1/namespaces",
      "/clusters/default/api/v1/namespaces",
      "/sailplane/v1/clusters",
    ];
    for (const [kind, token] of Object.entries(mine)) {
      expect([kind, (await call(`${baseOf("mine")}/version`, { token })).code]).toEqual([kind, 200]);
      for (const path of paths) {
        const { code, object } = await call(`https://sailplane${path}`, { token });
        const own = kind === "account" && /^\/(?!clusters\/(?!default\/))/.test(path);
        // What a pod requests at the root is answered by its own cluster, where this account has no rights.
        expect([kind, path, code]).toEqual([kind, path, own ? (path.endsWith("/clusters") ? 404 : 403) : 401]);
        expect(JSON.stringify(object)).not.toContain("secret-plans");
      }
      const join = `${baseOf("theirs")}/sailplane/v1/join`;
      expect([kind, (await call(join, { token, body: { nodeName: "n1" } })).code]).toEqual([kind, 401]);
    }
    for (const path of [
      "/clusters/mine/clusters/theirs/api/v1/nodes",
      "/clusters/mine//clusters/theirs/api/v1/nodes",
    ]) {
      const { code } = await call(`https://sailplane${path}`, { token: mine.admin ?? "" });
      expect([path, code]).toEqual([path, 404]);
    }
    // Its administrator may not create clusters.
    expect((await call(`${baseOf("mine")}/sailplane/v1/clusters`, { token: mine.admin ?? "" })).code).toBe(404);
  });

  test("CLUSTER-PODS: a pod's token is routed to its own cluster, whose keys alone verify it", async () => {
    const { account = "" } = await credentialsOf("led");
    const review = "https://sailplane/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const requested = await call(review, { token: account, body: {} });
    expect([requested.code, JSON.stringify(requested.object)]).toEqual([201, expect.stringContaining(":default:bot")]);
    const [head = "", ...rest] = account.split(".");
    const header = JSON.parse(atob(head));
    expect(Object.keys(header)).toEqual(["cluster", "alg", "kid"]);
    for (const cluster of ["mine", "nobodys", "default"]) {
      const forged = [btoa(JSON.stringify({ ...header, cluster })), ...rest].join(".");
      const code = cluster === "nobodys" ? 404 : 401;
      expect([cluster, (await call(review, { token: forged, body: {} })).code]).toEqual([cluster, code]);
    }
  });

  test("CLUSTER-APART: has its own signing key", async () => {
    await administratorOf("keys-a");
    await administratorOf("keys-b");
    const keys = async (name: string) => (await outside.fetch(`${baseOf(name)}/openid/v1/jwks`)).text();
    expect(await keys("keys-a")).not.toBe(await keys("keys-b"));
  });

  test("CLUSTER-GONE, STORE-ERASE: rejects everyone after deletion, and a new cluster of the same name is separate", async () => {
    const old = await credentialsOf("phoenix");
    await call(mapsOf("phoenix"), { token: old.admin ?? "", body: configMap("ashes") });
    expect((await deleteCluster("phoenix")).code).toBe(200);
    for (const token of Object.values(old)) expect((await call(mapsOf("phoenix"), { token })).code).toBe(404);
    expect((await call(mapsOf("phoenix"), { body: configMap("ghost") })).code).toBe(404);
    expect((await deleteCluster("phoenix")).code).toBe(404);

    const token = await administratorOf("phoenix");
    const { object } = await call(mapsOf("phoenix"), { token });
    expect(JSON.stringify(object)).not.toContain("ashes");
    for (const stale of Object.values(old)) expect((await call(mapsOf("phoenix"), { token: stale })).code).toBe(401);
    const report = await CLUSTER_STORE.getByName("phoenix").check();
    expect(report.faults).toEqual([]);
  });

  test("CLUSTER-GONE: resumes a deletion that was interrupted", async () => {
    await administratorOf("halfway");
    const key = { resource: "events", namespace: "default", name: "e" };
    const shard = CLUSTER_STORE.getByName("halfway/events");
    const attributes = { labels: {}, fields: {} };
    await shard.commit({ writes: [{ op: "create", key, text: '{"metadata":{"resourceVersion":""}}', attributes }] });
    const lost = async () => {
      throw new Error("Network connection lost.");
    };
    const broken = { ...bindings, SCHEDULER: { getByName: () => ({ erase: lost }) } } as unknown as Env;
    const names = new StoreClient(() => ownStore(bindings, "default"), undefined);
    await expect(eraseCluster(broken, "halfway", names)).rejects.toThrow("Network connection lost.");
    expect(JSON.stringify((await call(CLUSTERS)).object)).toContain('"halfway"');
    expect((await deleteCluster("halfway")).code).toBe(200);
    // Nothing referred to it any more.
    expect(await CLUSTER_STORE.getByName("halfway/events").list({ resource: "events" })).toMatchObject({ items: [] });
    expect((await deleteCluster("halfway")).code).toBe(404);
  });

  test("CLUSTER-OWN: replaces the old administrator at once when a new one is created", async () => {
    const first = await administratorOf("rotating");
    const second = await call(`${baseOf("rotating")}/sailplane/v1/administrator`, { token: first, method: "POST" });
    expect(second.code).toBe(201);
    expect((await call(mapsOf("rotating"), { token: first })).code).toBe(401);
    expect((await call(mapsOf("rotating"), { token: second.object.token })).code).toBe(200);
    const third = await call(`${CLUSTERS}/rotating/administrator`, { method: "POST" });
    expect((await call(mapsOf("rotating"), { token: second.object.token })).code).toBe(401);
    expect((await call(mapsOf("rotating"), { token: third.object.token })).code).toBe(200);
    const own = `${baseOf("rotating")}/sailplane/v1/administrator`;
    expect((await call(own, { as: "alice", method: "POST" })).code).toBe(403);
  });

  test.each([
    ["", "is required"],
    ["default", "is the deployment's own"],
    ["Not_A_Name", "must"],
    ["a/b", "must"],
  ])("the name %j is refused", async (name, why) => {
    const { code, object } = await createCluster(name);
    expect([code, object.message]).toEqual([400, expect.stringContaining(why)]);
  });

  test("only users with permission in the default cluster create and delete clusters", async () => {
    for (const method of ["GET", "POST"]) {
      const body = method === "POST" ? { body: { name: "no" } } : {};
      expect((await call(CLUSTERS, { as: "alice", method, ...body })).code).toBe(403);
      expect((await call(CLUSTERS, { token: "", method, ...body })).code).toBe(403);
    }
    expect((await call(`${CLUSTERS}/own`, { as: "alice", method: "DELETE" })).code).toBe(403);
  });
});

describe("limits of a cluster", () => {
  test("CLUSTER-LIMIT: objects; existing ones can be changed and deleted", async () => {
    await administratorOf("few");
    const { object } = await call(`${CLUSTERS}/few`);
    const usage = (object as unknown as { usage: { objects: number; writes: number } }).usage;
    const used = usage.objects;
    expect(usage.writes).toBeGreaterThanOrEqual(used);
    await call(`${CLUSTERS}/few`, { method: "PUT", body: { limits: { objects: used + 200 } } });
    const answers: number[] = [];
    for (let i = 0; i <= 200 && answers.at(-1) !== 403; i++) {
      answers.push((await call(mapsOf("few"), { body: configMap(`m${i}`) })).code);
    }
    expect(answers.at(-1)).toBe(403);
    const refused = await call(mapsOf("few"), { body: configMap("more") });
    expect(refused.object.message).toMatch(/^the cluster is at its limit: objects: used \d+, limited to \d+$/);
    expect((await call(`${mapsOf("few")}/m0`, { method: "PUT", body: configMap("m0", "changed") })).code).toBe(200);
    expect((await call(`${mapsOf("few")}/m0`, { method: "DELETE" })).code).toBe(200);
    expect((await call(mapsOf("few"), { body: configMap("more") })).code).toBe(201);
  });

  test("CLUSTER-LIMIT: an administrator for a cluster whose creation was interrupted is held to its limits", async () => {
    const lost = async () => {
      throw new Error("Network connection lost.");
    };
    const store = {
      getByName: (name: string) => (name === "cut" ? { readMany: lost } : CLUSTER_STORE.getByName(name)),
    };
    const broken = { ...bindings, CLUSTER_STORE: store } as unknown as Env;
    const names = new StoreClient(() => ownStore(bindings, "default"), undefined);
    const at = { names, now: Date.now(), deployment: await deploymentOf(bindings, "cut") };
    await expect(makeCluster(broken, { name: "cut", limits: { objects: 1 } }, at)).rejects.toThrow();
    expect((await createCluster("cut")).code).toBe(409);
    const { object } = await call(`${CLUSTERS}/cut/administrator`, { method: "POST" });
    const refused = await call(mapsOf("cut"), { token: object.token, body: configMap("a") });
    expect([refused.code, refused.object.message]).toEqual([403, expect.stringContaining("limited to 1")]);
  });

  test("CLUSTER-LIMIT: bytes", async () => {
    await administratorOf("small", { bytes: 1_000_000 });
    const big = (name: string) => call(mapsOf("small"), { body: configMap(name, "x".repeat(600_000)) });
    expect((await big("a")).code).toBe(201);
    const refused = await big("b");
    expect([refused.code, refused.object.message]).toEqual([403, expect.stringContaining("bytes: used")]);
    await call(`${mapsOf("small")}/a`, { method: "DELETE" });
    expect((await big("b")).code).toBe(201);
  });

  test.each([
    [{ objects: 5000 }, 5001, 10, "objects: used"],
    [{ bytes: 1_000_000 }, 2, 600_000, "bytes: used"],
  ])("CLUSTER-LIMIT: a restore respects %j, too", async (limits, count, size, why) => {
    const name = `restored-${count}`;
    const token = await administratorOf(name, limits);
    const line = (i: number) => {
      const text = JSON.stringify({ metadata: { name: `m${i}`, resourceVersion: "1" }, data: { a: "x".repeat(size) } });
      return JSON.stringify(["configmaps", "default", `m${i}`, 1, '{"labels":{},"fields":{}}', text]);
    };
    const upload = async (from: number, to: number) => {
      const url = `${baseOf(name)}/sailplane/v1/store/restores/${"0".repeat(64)}?from=${from}`;
      const body = Array.from({ length: to - from }, (_, i) => line(from + i)).join("\n");
      return outside.fetch(new Request(url, { method: "PUT", body, headers: { Authorization: `Bearer ${token}` } }));
    };
    expect((await upload(0, count - 1)).status).toBe(200);
    const refused = await upload(count - 1, count);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining(why)]);
  });

  test("CLUSTER-LIMIT: open watches, also on relays, with a Retry-After", async () => {
    // Its store holds 30 of them (vitest.config.ts).
    const token = await administratorOf("watched-little", { watches: 35 });
    const watch = () =>
      outside.fetch(`${mapsOf("watched-little")}?watch=1`, { headers: { Authorization: `Bearer ${token}` } });
    const open = await Promise.all(Array.from({ length: 35 }, watch));
    expect(open.map(({ status }) => status)).toEqual(Array(35).fill(200));
    const refused = await watch();
    expect([refused.status, refused.headers.get("Retry-After"), await refused.json()]).toEqual([
      429,
      "10",
      expect.objectContaining({ reason: "TooManyRequests", details: { retryAfterSeconds: 10 } }),
    ]);
    for (const { body } of open) await body?.cancel();
  });

  test("CLUSTER-LIMIT: requests per second, with a Retry-After", async () => {
    const token = await administratorOf("slow", { requestsPerSecond: 1 });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await call(mapsOf("slow"), { token }));
    const refused = answers.find(({ code }) => code === 429);
    expect(answers[0]?.code).toBe(200);
    expect(refused?.headers.get("Retry-After")).toBe("1");
    // The control plane itself is not counted.
    for (let i = 0; i < 5; i++) expect((await call(mapsOf("slow"))).code).toBe(200);
  });

  test.each([{ objects: 0 }, { objects: "5" }, { cpu: 1 }])("limits %j are refused", async (limits) => {
    expect((await createCluster("never", limits)).code).toBe(400);
  });
});

describe("a named cluster's control loops", () => {
  test("CLUSTER-WOKEN, STORE-REMIND: run after a commit, and again by the store's alarm if a notification was lost", async () => {
    const token = await administratorOf("woken");
    const account = `${baseOf("woken")}/api/v1/namespaces/default/serviceaccounts/default`;
    await expect.poll(async () => (await call(account, { token })).code, { timeout: 10_000 }).toBe(200);
    expect(await runDurableObjectAlarm(CLUSTER_STORE.getByName("woken"))).toBe(true);
  });
});
