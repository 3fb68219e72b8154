import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { commonName } from "../../api/machinery/x509/certificate.ts";
import { serverCertificate } from "./server-certificate.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });

it("NET-TLS-CERT: the certificate is for the server's names, valid for a month, and not a client certificate", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  const names = { dns: ["kubernetes.default.svc", "n1"], addresses: ["10.96.0.1", "fd00::1"] };
  const pem = await serverCertificate(
    { subject: "kube-apiserver", publicKey: key, names },
    {
      authority: {
        name: commonName("ca"),
        certificate: new Uint8Array(),
        keyId: new Uint8Array(20),
        until: NOW + 1e12,
      },
      sign: async (bytes) =>
        new Uint8Array(sign("sha256", bytes, { key: authority.privateKey, dsaEncoding: "ieee-p1363" })),
      serial: new Uint8Array([7]),
      now: NOW,
    },
  );
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkHost("kubernetes.default.svc")).toBeDefined();
  expect(certificate.checkHost("n1")).toBeDefined();
  expect(certificate.checkIP("10.96.0.1")).toBeDefined();
  expect(certificate.checkIP("fd00::1")).toBeDefined();
  expect(certificate.checkHost("plane.example.com")).toBeUndefined();
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(certificate.ca).toBe(false);
  expect(new Date(certificate.validTo).toISOString()).toBe("2026-12-22T12:00:00.000Z");
});
