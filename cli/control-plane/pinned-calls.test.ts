import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pinnedCalls } from "./pinned-calls.ts";

let base: string;
beforeAll(async () => {
  await new Promise<void>((done) => pinnedCalls.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(pinnedCalls.address() as AddressInfo).port}/`;
});
afterAll(() => pinnedCalls.close());

async function problemOf(url: string, forGuest: boolean): Promise<string> {
  const answer = await fetch(base, {
    method: "POST",
    body: JSON.stringify({ method: "POST", url, headers: [], body: "", forGuest }),
  });
  expect(answer.headers.get("X-Sailplane-Failure")).toBe("yes");
  return answer.text();
}

test.each([
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0.0.0.0",
  "localhost",
  "169.254.169.254",
  "[::1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[fe80::1]",
])("CLUSTER-APART: a named cluster's webhooks do not lead to %s", async (host) => {
  expect(await problemOf(`https://${host}:1/`, true)).toContain("permission denied");
});

test("the deployment's own webhooks may be on its machine", async () => {
  for (const host of ["127.0.0.1", "localhost"])
    expect(await problemOf(`https://${host}:1/`, false)).toContain("connection refused");
});
