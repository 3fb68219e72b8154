import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { encodeBase64 } from "../encoding/base64.ts";
import { utf8Bytes } from "../encoding/utf8.ts";
import { assemble, commonName, toBeSigned } from "./certificate.ts";
import { keyPairProblem } from "./key-pair.ts";
import { renderPem } from "./pem.ts";

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const ec = (namedCurve = "P-256"): Pair => generateKeyPairSync("ec", { namedCurve });
const rsa = (): Pair => generateKeyPairSync("rsa", { modulusLength: 1024 });
const ed = (): Pair => generateKeyPairSync("ed25519");

const certificateOf = ({ publicKey }: Pair): string => {
  const at = new Date("2026-11-30T00:00:00Z");
  const name = commonName("x");
  const key = publicKey.export({ type: "spki", format: "der" });
  const signed = toBeSigned({
    serial: new Uint8Array([1]),
    issuer: name,
    subject: name,
    from: at,
    until: at,
    publicKey: key,
    extensions: [],
  });
  return renderPem("CERTIFICATE", assemble(signed, new Uint8Array([0])));
};
const keyOf = ({ privateKey }: Pair, type: "pkcs8" | "pkcs1" | "sec1" = "pkcs8") =>
  privateKey.export({ type, format: "pem" }).toString();
const block = (type: string) => renderPem(type, new Uint8Array([0, 0, 0]));

const [ecA, ecB, rsaA, rsaB, edA] = [ec(), ec(), rsa(), rsa(), ed()];
const MISMATCH = "tls: private key does not match public key";
const OTHER_TYPE = "tls: private key type does not match public key type";
const SKIPPED = "after skipping PEM blocks of the following types:";

test.each<[string, string, string, string | undefined]>([
  ["EC in PKCS #8", certificateOf(ecA), keyOf(ecA), undefined],
  ["EC in SEC 1", certificateOf(ecA), keyOf(ecA, "sec1"), undefined],
  ["RSA in PKCS #8", certificateOf(rsaA), keyOf(rsaA), undefined],
  ["RSA in PKCS #1", certificateOf(rsaA), keyOf(rsaA, "pkcs1"), undefined],
  ["Ed25519", certificateOf(edA), keyOf(edA), undefined],
  ["a chain", certificateOf(ecA) + certificateOf(ecB), `text\n${keyOf(ecA)}`, undefined],
  ["certificate and key in one file", certificateOf(ecA) + keyOf(ecA), certificateOf(ecA) + keyOf(ecA), undefined],
  ["another EC key", certificateOf(ecA), keyOf(ecB), MISMATCH],
  ["another EC key in SEC 1", certificateOf(ecA), keyOf(ecB, "sec1"), MISMATCH],
  ["another curve", certificateOf(ecA), keyOf(ec("P-384")), MISMATCH],
  ["another RSA key", certificateOf(rsaA), keyOf(rsaB), MISMATCH],
  ["another RSA key in PKCS #1", certificateOf(rsaA), keyOf(rsaB, "pkcs1"), MISMATCH],
  ["a chain in the wrong order", certificateOf(ecB) + certificateOf(ecA), keyOf(ecA), MISMATCH],
  ["EC and RSA", certificateOf(ecA), keyOf(rsaA), OTHER_TYPE],
  ["Ed25519 and EC", certificateOf(edA), keyOf(ecA), OTHER_TYPE],
  ["nothing", "", "", "tls: failed to find any PEM data in certificate input"],
  ["no key", certificateOf(ecA), "", "tls: failed to find any PEM data in key input"],
  ["no certificate inside", block("CERTIFICATE"), keyOf(ecA), "x509: malformed certificate"],
  ["no key inside", certificateOf(ecA), block("PRIVATE KEY"), "tls: failed to parse private key"],
  [
    "both exchanged",
    keyOf(ecA),
    certificateOf(ecA),
    "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
  ],
  [
    "a certificate twice",
    certificateOf(ecA),
    certificateOf(ecA),
    "tls: found a certificate rather than a key in the PEM for the private key",
  ],
  [
    "other blocks as certificate",
    block("FOO") + block("BAR"),
    keyOf(ecA),
    `tls: failed to find "CERTIFICATE" PEM block in certificate input ${SKIPPED} [FOO BAR]`,
  ],
  [
    "other blocks as key",
    certificateOf(ecA),
    block("FOO"),
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input ${SKIPPED} [FOO]`,
  ],
])("a pair of certificate and key: %s", (_, certificate, key, problem) => {
  expect(keyPairProblem(encodeBase64(utf8Bytes(certificate)), encodeBase64(utf8Bytes(key)))).toBe(problem);
});
