import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { call } from "../../../test/workers/api-under-test.ts";

const ofNode = "https://sailplane/sailplane/v1/nodes/n";

async function newKey(): Promise<string> {
  const pair = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const spki = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  return btoa(String.fromCharCode(...new Uint8Array(spki)));
}

const certificateIn = ({ object }: Awaited<ReturnType<typeof call>>) =>
  new X509Certificate((object as unknown as { certificate: string }).certificate);

it("NET-TLS-CERT: a node gets a certificate for its own key, and nobody else does", async () => {
  const door = `${ofNode}/api-door`;
  const body = { publicKey: await newKey() };
  const given = await call(door, { body });
  expect(given.code).toBe(201);
  expect(certificateIn(given).checkHost("kubernetes.default.svc.cluster.local")).toBeDefined();
  const join = await call("https://sailplane/sailplane/v1/join", { body: { nodeName: "other" } });
  expect((await call(door, { body, token: join.object.token })).code).toBe(403);
  expect((await call(door, { body, token: "" })).code).toBe(401);
  expect((await call(door, { body: { publicKey: "bm9uZQ==" } })).code).toBe(400);
});

it("AGENT-PORT: the certificate of a kubelet's port is for the addresses in the Node", async () => {
  const port = `${ofNode}/kubelet-certificate`;
  const body = { publicKey: await newKey() };
  expect((await call(port, { body })).code).toBe(404);
  const addresses = [
    { type: "InternalIP", address: "192.168.1.7" },
    { type: "InternalIP", address: "fd00::7" },
    { type: "Hostname", address: "n" },
    { type: "Hostname", address: "N_1" },
  ];
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, status: { addresses } };
  await call("https://sailplane/api/v1/nodes", { body: node });
  const given = await call(port, { body });
  expect(given.code).toBe(201);
  const certificate = certificateIn(given);
  expect([certificate.subject, certificate.subjectAltName]).toEqual([
    "CN=system:node:n",
    "DNS:n, IP Address:192.168.1.7, IP Address:FD00:0:0:0:0:0:0:7",
  ]);
});
