import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import { createNamesake } from "../../test/fakes/namesake-certificate.ts";
import { createAuthority, createServingCertificate, type KeyPair } from "./certificates.ts";
import { pinnedCalls } from "./pinned-calls.ts";
import type { Reach } from "./reachable-addresses.ts";

let base: string;
beforeAll(async () => {
  await new Promise<void>((done) => pinnedCalls.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(pinnedCalls.address() as AddressInfo).port}/`;
});
afterAll(() => pinnedCalls.close());

async function problemOf(url: string, reach?: Reach): Promise<string> {
  const requested = { method: "POST", url, headers: [], body: "", ...(reach && { reach }) };
  const response = await fetch(base, { method: "POST", body: JSON.stringify(requested) });
  expect(response.headers.get("X-Sailplane-Failure")).toBe("yes");
  return response.text();
}

test.each(["127.0.0.1", "127.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]"])(
  "CLUSTER-REACH: webhooks of a named cluster cannot reach %s",
  async (host) => {
    for (const reach of ["networks", "internet"] as const)
      expect(await problemOf(`https://${host}:1/`, reach)).toContain("permission denied");
  },
);

test("CLUSTER-REACH-PRIVATE: webhooks of a named cluster cannot reach private networks, unless allowed", async () => {
  expect(await problemOf("https://192.168.255.254:1/", "internet")).toContain("permission denied");
});

test("the deployment's own webhooks can reach its machine", async () => {
  for (const host of ["127.0.0.1", "localhost"])
    expect(await problemOf(`https://${host}:1/`)).toContain("connection refused");
});

async function serving<T>(
  server: KeyPair,
  use: (call: (authorities: string, serverName?: string) => Promise<string>) => Promise<T>,
) {
  const { certificate: cert, key } = server;
  const webhook = createServer({ cert, key }, (request, response) => request.pipe(response));
  await new Promise<void>((done) => webhook.listen(0, "127.0.0.1", done));
  const url = `https://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  try {
    return await use(async (authorities, serverName) => {
      const call = { method: "POST", url, serverName, headers: [], body: "hello", authorities };
      return (await fetch(base, { method: "POST", body: JSON.stringify(call) })).text();
    });
  } finally {
    webhook.close();
  }
}

test("TUNNEL-TLS: a webhook's certificate may have the same subject as the CA that signed it", async () => {
  const namesake = createNamesake("hook.ns.svc");
  await serving(namesake, async (call) => {
    expect(await call(namesake.ca)).toBe("hello");
    expect(await call(namesake.ca, "hook.ns.svc")).toBe("hello");
    expect(await call(namesake.ca, "other.ns.svc")).toContain("other.ns.svc");
    const unreadable = renderPem("CERTIFICATE", new Uint8Array(3));
    for (const other of [createNamesake("hook.ns.svc").ca, createNamesake("hook.ns.svc").ca + unreadable, unreadable])
      expect(await call(other)).toContain("signed by unknown authority");
  });
});

test("TUNNEL-TLS: a webhook's certificate may itself be what is trusted, without the CA that signed it", async () => {
  const [now, subjects] = [new Date(), [{ type: "dns", value: "hook.ns.svc" }] as const];
  const own = createServingCertificate(createAuthority(now).key, subjects, now);
  await serving(own, async (call) => {
    expect(await call(own.certificate, "hook.ns.svc")).toBe("hello");
    expect(await call(own.certificate, "other.ns.svc")).toContain("other.ns.svc");
    const another = createServingCertificate(createAuthority(now).key, subjects, now);
    expect(await call(another.certificate, "hook.ns.svc")).toContain("signed by unknown authority");
  });
});

test("an answer that breaks off is not taken for a whole one, and nobody waits for the rest", async () => {
  const { ca, certificate, key } = createNamesake("hook.ns.svc");
  const webhook = createServer({ cert: certificate, key }, (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("part", () => response.destroy());
  });
  await new Promise<void>((done) => webhook.listen(0, "127.0.0.1", done));
  const url = `https://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  try {
    const body = JSON.stringify({ method: "POST", url, headers: [], body: "", authorities: ca });
    const signal = AbortSignal.timeout(5000);
    const response = await fetch(base, { method: "POST", body, signal });
    await expect(response.text()).rejects.toThrow("terminated");
    expect(signal.aborted).toBe(false);
  } finally {
    webhook.close();
  }
});
