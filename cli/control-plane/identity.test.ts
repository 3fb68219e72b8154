import { createPrivateKey, X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { DataDirectory } from "./data-directory.ts";
import { loadIdentity } from "./identity.ts";

let scratch: string;
let directory: DataDirectory;
beforeEach(() => {
  scratch = temporaryDirectory();
  directory = new DataDirectory(join(scratch, "data"));
});
afterEach(() => {
  directory.release();
  rmSync(scratch, { recursive: true });
});

const now = new Date();
const certificateFor = (...names: string[]) =>
  new X509Certificate(loadIdentity(directory, { bind: "0.0.0.0", names }, now).certificateChain);

test("the certificate covers this machine's names and the requested ones", () => {
  const certificate = certificateFor("plane.lan", "203.0.113.7");
  for (const name of [hostname(), "localhost", "kubernetes.default.svc", "plane.lan"])
    expect([name, certificate.checkHost(name)]).not.toContain(undefined);
  expect(certificate.checkIP("203.0.113.7")).toBe("203.0.113.7");
  expect(certificate.checkHost("other.lan")).toBeUndefined();
});

test("a certificate is kept while it covers all requested names, and replaced otherwise", () => {
  const first = certificateFor("plane.lan");
  expect(certificateFor("plane.lan").serialNumber).toBe(first.serialNumber);
  expect(certificateFor().serialNumber).toBe(first.serialNumber);
  const next = certificateFor("cabin.lan");
  expect(next.serialNumber).not.toBe(first.serialNumber);
  expect(next.checkHost("cabin.lan")).toBe("cabin.lan");
});

test("a certificate is replaced if it is not for its key, as after a start that was killed between writing the two", () => {
  loadIdentity(directory, { bind: "0.0.0.0", names: ["plane.lan"] }, now);
  const before = directory.read("server.crt") ?? "";
  loadIdentity(directory, { bind: "0.0.0.0", names: ["cabin.lan"] }, now);
  directory.write("server.crt", before);
  const { certificateChain, certificateKey } = loadIdentity(directory, { bind: "0.0.0.0", names: ["plane.lan"] }, now);
  expect(new X509Certificate(certificateChain).checkPrivateKey(createPrivateKey(certificateKey))).toBe(true);
});

test.each(["server.crt", "server.key"])("a certificate is replaced if %s cannot be read", (name) => {
  certificateFor("plane.lan");
  directory.write(name, (directory.read(name) ?? "").slice(0, 100));
  expect(certificateFor("plane.lan").checkHost("plane.lan")).toBe("plane.lan");
});
