import { X509Certificate } from "node:crypto";
import { connect, createServer } from "node:tls";
import { expect, test } from "vitest";
import { createAuthority, createServingCertificate, publicKeyPin, type Subject } from "./certificates.ts";

const now = new Date("2026-11-22T12:00:00Z");
const subjects: Subject[] = [
  { type: "dns", value: "localhost" },
  { type: "dns", value: "kubernetes.default.svc" },
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
];
const authority = createAuthority(now);
const serving = createServingCertificate(authority.key, subjects, now);
const ca = new X509Certificate(authority.certificate);
const certificate = new X509Certificate(serving.certificate);

test("the CA is self-signed and may sign others", () => {
  expect(ca.ca).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect([ca.validFrom, ca.validTo]).toEqual(["Nov 21 12:00:00 2026 GMT", "Nov 19 12:00:00 2036 GMT"]);
});

test("the serving certificate is signed by the CA, valid for a year, and may sign nothing", () => {
  expect(certificate.checkIssued(ca)).toBe(true);
  expect(certificate.verify(ca.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.validTo).toBe("Nov 22 12:00:00 2027 GMT");
});

test.each(["localhost", "kubernetes.default.svc"])("the serving certificate is valid for %s", (name) => {
  expect(certificate.checkHost(name)).toBe(name);
});

test.each(["127.0.0.1", "::1"])("the serving certificate is valid for the address %s", (address) => {
  expect(certificate.checkIP(address)).toBeDefined();
});

test("the serving certificate is valid for nothing else", () => {
  expect(certificate.checkHost("example.com")).toBeUndefined();
  expect(certificate.checkIP("127.0.0.2")).toBeUndefined();
});

test("a client that trusts the CA accepts a server with the certificate", async () => {
  const fresh = createAuthority(new Date());
  const { certificate: cert, key } = createServingCertificate(fresh.key, subjects, new Date());
  const server = createServer({ cert: cert + fresh.certificate, key }, (socket) => socket.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const socket = connect({ host: "127.0.0.1", port, ca: fresh.certificate, servername: "localhost" });
  const messages = await new Promise((resolve, reject) => socket.once("data", resolve).once("error", reject));
  expect(String(messages)).toBe("hello");
  server.close();
});

test("a pin is the digest of the public key, in kubeadm's format", () => {
  const pin = publicKeyPin(ca.publicKey.export({ type: "spki", format: "der" }));
  expect(pin).toMatch(/^sha256:[0-9a-f]{64}$/);
});
