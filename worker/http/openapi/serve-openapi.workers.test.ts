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
  };
}

test("WIRE-OPENAPI: a document's hash leads to it for good, and another hash leads to its own", async () => {
  const { code, location, cache } = await ask(`${DOCUMENT}?hash=OLD`);
  expect([code, location, cache]).toEqual([
    301,
    expect.stringMatching(`^${DOCUMENT}\\?hash=[0-9A-F]+$`),
    "no-cache, private",
  ]);
  expect(await ask(location ?? "")).toEqual({ code: 200, location: null, cache: "public, immutable" });
});

test.each([
  ["application/json", 200],
  ["text/html, */*;q=0.1", 200],
  ["application/com.github.proto-openapi.spec.v3@v1.0+protobuf", 406],
])("WIRE-OPENAPI: version 3 is JSON, and no other form passes for it: %s", async (accept, code) => {
  expect((await ask(DOCUMENT, { Accept: accept })).code).toBe(code);
});
