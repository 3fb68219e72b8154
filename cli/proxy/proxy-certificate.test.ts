import { X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { proxyCertificate } from "./proxy-certificate.ts";

const now = new Date();
const file = join(temporaryDirectory(), "authority");

test("a proxy that is started again has another certificate by the same authority, whose key only its owner reads", () => {
  const first = proxyCertificate(file, "192.0.2.7", now);
  const second = proxyCertificate(file, "192.0.2.7", now);
  expect([second.ca, second.certificate === first.certificate]).toEqual([first.ca, false]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const certificate = new X509Certificate(second.certificate);
  expect(certificate.verify(new X509Certificate(second.ca).publicKey)).toBe(true);
  for (const address of ["127.0.0.1", "::1", "192.0.2.7"]) expect(certificate.checkIP(address), address).toBe(address);
  expect(certificate.checkHost("localhost")).toBe("localhost");
});

test("an authority that is about to expire, or cannot be read, is replaced", () => {
  const { ca } = proxyCertificate(file, "127.0.0.1", now);
  const nineYears = new Date(now.getTime() + 9.1 * 365 * 86_400_000);
  expect(proxyCertificate(file, "127.0.0.1", nineYears).ca).not.toBe(ca);
  writeFileSync(file, "broken");
  expect(proxyCertificate(file, "127.0.0.1", now).ca).toContain("BEGIN CERTIFICATE");
  expect(readFileSync(file, "utf8")).toContain("PRIVATE KEY");
});
