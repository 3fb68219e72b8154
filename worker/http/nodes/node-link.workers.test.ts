import { expect, test } from "vitest";
import { baseOf, call, createCluster, outside } from "../../../test/workers/api-under-test.ts";

const cluster = "nodes-impersonated";

test("AUTH-AS: an impersonating user may act for the impersonated user's nodes, and cannot join nodes", async () => {
  const { token } = (await createCluster(cluster)).object;
  const ask = async (path: string, init: RequestInit & { headers?: Record<string, string> }) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...init.headers };
    const response = await outside.fetch(`${baseOf(cluster)}/sailplane/v1/${path}`, { ...init, headers });
    return [response.status, ((await response.json()) as { message?: string }).message];
  };
  const jo = { "Impersonate-User": "jo" };
  const n1 = { "Impersonate-User": "system:node:n1", "Impersonate-Group": "system:nodes" };
  const noEvents = JSON.stringify({ asked: [] });

  expect(await ask("nodes/n1/sync?since=0", {})).toEqual([200, undefined]);
  expect(await ask("nodes/n1/sync?since=0", { headers: n1 })).toEqual([200, undefined]);
  expect(await ask("nodes/n1/sync?since=0", { headers: jo })).toEqual([
    403,
    'nodes "n1" is forbidden: User "jo" cannot speak for node "n1"',
  ]);
  expect((await ask("nodes/n2/reports", { method: "POST", body: noEvents, headers: n1 }))[0]).toBe(403);
  const join = { method: "POST", body: JSON.stringify({ nodeName: "n1" }) };
  expect(await ask("join", { ...join, headers: jo })).toEqual([400, "a join cannot impersonate another user"]);
  expect((await ask("join", join))[0]).toBe(201);
});

test("AUTH-AS: reports while impersonating a node are authorized as that node", async () => {
  const { token } = (await createCluster(`${cluster}-reports`)).object;
  const base = baseOf(`${cluster}-reports`);
  const pods = "/api/v1/namespaces/kube-system/pods";
  const body = { metadata: { name: "theirs" }, spec: { nodeName: "n2", containers: [{ name: "c", image: "i" }] } };
  await call(`${base}/api/v1/namespaces/kube-system/serviceaccounts`, { body: { metadata: { name: "default" } } });
  expect((await call(base + pods, { body })).code).toBe(201);
  const response = await outside.fetch(`${base}/sailplane/v1/nodes/n1/reports`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Impersonate-User": "system:node:n1",
      "Impersonate-Group": "system:nodes",
    },
    body: JSON.stringify({ asked: [{ method: "DELETE", path: `${pods}/theirs`, headers: {}, body: "" }] }),
  });
  const { answered } = (await response.json()) as { answered: { code: number }[] };
  expect(answered.map(({ code }) => code)).toEqual([403]);
});

test("RELAY-CALL: a node that has not joined cannot be called, and a tunnel that was not opened does not exist", async () => {
  const base = baseOf(`${cluster}-strangers`);
  const { token } = (await createCluster(`${cluster}-strangers`)).object;
  const node = (await call(`${base}/sailplane/v1/join`, { body: { nodeName: "n1" }, token })).object.token;
  const headers = { Authorization: `Bearer ${node}`, Upgrade: "websocket" };
  const dial = async (path: string) => {
    const response = await outside.fetch(`${base}/sailplane/v1/${path}`, { headers });
    return [response.status, ((await response.json()) as { message?: string }).message];
  };
  expect(await dial("relays/nobody?node=n1")).toEqual([503, "node nobody is not connected"]);
  expect(await dial("tunnels/none?node=n1")).toEqual([404, "no such tunnel"]);
});
