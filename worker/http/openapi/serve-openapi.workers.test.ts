import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { baseOf, call, createCluster, outside } from "../../../test/workers/api-under-test.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const DOCUMENT = "/openapi/v3/apis/node.k8s.io/v1";

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await API.fetch(new Request(`https://sailplane${path}`, { headers, redirect: "manual" }));
  await response.body?.cancel();
  return {
    code: response.status,
    location: response.headers.get("Location"),
    cache: response.headers.get("Cache-Control"),
    type: response.headers.get("Content-Type"),
    etag: response.headers.get("ETag"),
  };
}

test("WIRE-OPENAPI: a document's hash can be cached forever, and another hash redirects to its own", async () => {
  const { code, location, cache } = await ask(`${DOCUMENT}?hash=OLD`);
  expect([code, location, cache]).toEqual([
    301,
    expect.stringMatching(`^${DOCUMENT}\\?hash=[0-9A-F]+$`),
    "no-cache, private",
  ]);
  expect(await ask(location ?? "")).toMatchObject({ code: 200, location: null, cache: "public, immutable" });
});

const PROTOBUF = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

test.each([
  ["application/json", "application/json"],
  ["text/html, */*;q=0.1", "application/json"],
  [PROTOBUF, PROTOBUF],
  ["application/com.github.proto-openapi.spec.v3@v1.0+protobuf", PROTOBUF],
  [`application/json;q=0.5, ${PROTOBUF}`, PROTOBUF],
])("WIRE-OPENAPI: version 3 is JSON or protobuf, as requested: %s", async (accept, type) => {
  const { etag } = await ask(DOCUMENT);
  expect(await ask(DOCUMENT, { Accept: accept })).toMatchObject({ code: 200, type, etag });
});

test("WIRE-OPENAPI: no other media type is accepted, and the index has only one", async () => {
  expect((await ask(DOCUMENT, { Accept: "application/yaml" })).code).toBe(406);
  expect((await ask("/openapi/v3", { Accept: PROTOBUF })).code).toBe(200);
});

test("FAIR-OPENAPI: a client may have thirty unread documents, and more as it reads them", async () => {
  const { object: cluster } = await createCluster("openapi-unread");
  const base = baseOf("openapi-unread");
  const accounts = `${base}/api/v1/namespaces/default/serviceaccounts`;
  await call(accounts, { token: cluster.token, body: { metadata: { name: "reader" } } });
  const made = await call(`${accounts}/reader/token`, { token: cluster.token, body: { spec: {} } });
  const { token } = made.object.status as unknown as { token: string };
  const open = () => outside.fetch(`${base}/openapi/v2`, { headers: { Authorization: `Bearer ${token}` } });
  const unread = await Promise.all(Array.from({ length: 30 }, open));
  expect(new Set(unread.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await open()).status).toBe(429);
  await unread[0]?.text();
  await expect.poll(async () => (await open()).status).toBe(200);
  for (const response of unread.slice(1)) await response.body?.cancel();
});
