import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
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

test("WIRE-OPENAPI: a document's hash leads to it for good, and another hash leads to its own", async () => {
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
])("WIRE-OPENAPI: version 3 is JSON or protobuf, as it is asked for: %s", async (accept, type) => {
  const { etag } = await ask(DOCUMENT);
  expect(await ask(DOCUMENT, { Accept: accept })).toMatchObject({ code: 200, type, etag });
});

test("WIRE-OPENAPI: no other form passes for it, and the index has but one", async () => {
  expect((await ask(DOCUMENT, { Accept: "application/yaml" })).code).toBe(406);
  expect((await ask("/openapi/v3", { Accept: PROTOBUF })).code).toBe(200);
});
