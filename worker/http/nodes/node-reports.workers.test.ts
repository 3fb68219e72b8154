import { beforeAll, expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../../api/api-request.ts";
import { MAX_REPORTS } from "../../../api/node/node-reports.ts";
import { call } from "../../../test/workers/api-under-test.ts";

const BASE = "https://sailplane";
const PODS = "/api/v1/namespaces/default/pods";
const REPORTS = `${BASE}/sailplane/v1/nodes/reporter/reports`;
let token = "";

const status = (pod: string): ApiRequest => ({
  method: "PATCH",
  path: `${PODS}/${pod}/status`,
  headers: { "content-type": "application/strategic-merge-patch+json" },
  body: JSON.stringify({ status: { phase: "Running" } }),
});
const event = (name: string): ApiRequest => ({
  method: "POST",
  path: "/api/v1/namespaces/default/events",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    metadata: { name },
    involvedObject: { kind: "Pod", namespace: "default", name: "mine" },
    reason: "Started",
    message: "Container started",
    type: "Normal",
    source: { component: "kubelet", host: "reporter" },
  }),
});
const report = async (requested: readonly unknown[], by = token) => {
  const { code, object } = await call(REPORTS, { body: { asked: requested }, token: by });
  const { answered = [] } = object as { answered?: ApiResponse[] };
  return { code, codes: answered.map(({ code }) => code) };
};

beforeAll(async () => {
  token = (await call(`${BASE}/sailplane/v1/join`, { body: { nodeName: "reporter" } })).object.token;
  for (const name of ["reporter", "other"]) await call(`${BASE}/api/v1/nodes`, { body: { metadata: { name } } });
  await call(`${BASE}/api/v1/namespaces/default/serviceaccounts`, { body: { metadata: { name: "default" } } });
  const spec = (nodeName: string) => ({ nodeName, containers: [{ name: "c", image: "i" }] });
  await call(`${BASE}${PODS}`, { body: { metadata: { name: "mine" }, spec: spec("reporter") } });
  await call(`${BASE}${PODS}`, { body: { metadata: { name: "theirs" }, spec: spec("other") } });
});

it("LINK-REPORTS-EACH: each reported request is authorized as if the node had sent it separately", async () => {
  const { code, codes } = await report([
    status("mine"),
    event("mine.1"),
    status("theirs"),
    event("mine.1"),
    status("nobody"),
  ]);
  expect([code, codes]).toEqual([200, [200, 201, 403, 409, 404]]);
  const { object } = await call(`${BASE}${PODS}/mine`);
  expect(object.status).toMatchObject({ phase: "Running" });
});

it("LINK-REPORTS-EACH: pod tokens and pod deletions can be requested in reports", async () => {
  const { object: pod } = await call(`${BASE}${PODS}`, {
    body: { metadata: { name: "short" }, spec: { nodeName: "reporter", containers: [{ name: "c", image: "i" }] } },
  });
  const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "short", uid: pod.metadata.uid };
  const tokenFor = (account: string): ApiRequest => ({
    method: "POST",
    path: `/api/v1/namespaces/default/serviceaccounts/${account}/token`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: [], expirationSeconds: 3600, boundObjectRef },
    }),
  });
  const end = (name: string): ApiRequest => ({
    method: "DELETE",
    path: `${PODS}/${name}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 }),
  });
  expect((await report([tokenFor("default"), tokenFor("none")])).codes).toEqual([201, 403]);
  expect((await report([end("short"), end("theirs")])).codes).toEqual([200, 403]);
  expect((await call(`${BASE}${PODS}/short`)).code).toBe(404);
});

it("LINK-REPORTS-EACH: reports about other nodes and other requests are refused", async () => {
  expect((await report([event("mine.2")], "")).code).toBe(401);
  const { object } = await call(`${BASE}/sailplane/v1/join`, { body: { nodeName: "other" } });
  expect((await report([event("mine.2")], object.token)).code).toBe(403);
  const others = [
    { ...event("x"), path: `${PODS}` },
    { ...status("mine"), path: `${PODS}/mine` },
    { ...status("mine"), method: "PUT" },
    { ...status("mine"), method: "DELETE" },
    { ...event("x"), path: "/api/v1/namespaces/default/serviceaccounts/default" },
    { ...status("mine"), path: `${PODS}/mine/status?force=true` },
    { ...event("x"), path: "/api/v1/namespaces/a/../secrets/events" },
    { ...event("x"), path: "/api/v1/namespaces/a\\..\\..\\namespaces\\kube-system/events" },
    { ...event("x"), path: "/api/v1/namespaces/../events" },
    { ...event("x"), headers: { "content-type": "application/json\nx: y" } },
    { ...event("x"), headers: { "content-type": ["application/json"] } },
    { method: "PATCH" },
    null,
  ];
  for (const other of others) expect((await report([other])).code).toBe(400);
  expect((await report(Array(MAX_REPORTS + 1).fill(event("x")))).code).toBe(400);
});
