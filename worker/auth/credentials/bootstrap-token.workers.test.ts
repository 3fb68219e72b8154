import { expect, test } from "vitest";
import type { StoreClient } from "../../storage/store-client.ts";
import { bootstrapUser } from "./bootstrap-token.ts";

const now = Date.parse("2026-11-01T00:00:00Z");
const TOKEN = "abcdef.0123456789abcdef";

async function userOf(fields: Record<string, string>): Promise<readonly string[] | undefined> {
  const all = {
    "token-id": "abcdef",
    "token-secret": "0123456789abcdef",
    "usage-bootstrap-authentication": "true",
    ...fields,
  };
  const data = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, btoa(value)]));
  const text = JSON.stringify({ type: "bootstrap.kubernetes.io/token", metadata: {}, data });
  const store = { read: async () => ({ entry: { text } }) } as object as StoreClient;
  return (await bootstrapUser(TOKEN, store, now))?.groups;
}

test.each<[string, Record<string, string>, boolean]>([
  ["without an expiration", {}, true],
  ["that expires later", { expiration: "2026-11-01T00:00:01Z" }, true],
  ["that has expired", { expiration: "2026-11-01T00:00:00Z" }, false],
  ["whose expiration is only a date", { expiration: "2999-01-01" }, false],
  ["whose expiration is not a time", { expiration: "never" }, false],
  ["of an extra group", { "auth-extra-groups": "system:bootstrappers:a" }, true],
  ["of an extra group that is not for bootstrap tokens", { "auth-extra-groups": "system:masters" }, false],
])("CTL-BOOTSTRAP-EXPIRY: a bootstrap token %s", async (_, fields, isValid) => {
  expect((await userOf(fields)) !== undefined).toBe(isValid);
});
