import { expect, it } from "vitest";
import { call } from "../../../test/workers/api-under-test.ts";

const door = "https://sailplane/sailplane/v1/nodes/n/api-door";

async function newKey(): Promise<string> {
  const pair = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const spki = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  return btoa(String.fromCharCode(...new Uint8Array(spki)));
}

it("NET-TLS-CERT: a node gets a certificate for its own key, and nobody else does", async () => {
  const body = { publicKey: await newKey() };
  const given = await call(door, { body });
  expect([given.code, String((given.object as unknown as { certificate: string }).certificate)]).toEqual([
    201,
    expect.stringMatching(/^-----BEGIN CERTIFICATE-----/),
  ]);
  const join = await call("https://sailplane/sailplane/v1/join", { body: { nodeName: "other" } });
  expect((await call(door, { body, token: join.object.token })).code).toBe(403);
  expect((await call(door, { body, token: "" })).code).toBe(401);
  expect((await call(door, { body: { publicKey: "bm9uZQ==" } })).code).toBe(400);
});
