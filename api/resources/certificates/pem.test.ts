import { expect, it } from "vitest";
import { encodeBase64 } from "../../machinery/encoding/base64.ts";
import { certificatesProblem } from "./pem.ts";

const block = (type = "CERTIFICATE", body = "MAA=") => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;

it.each([
  ["one certificate", block(), undefined],
  ["several", block() + block(), undefined],
  ["certificates with text around them", `subject=a\n${block()}\nissuer=b\n${block()}that is all\n`, undefined],
  ["text alone", "no certificate", "must contain at least one CERTIFICATE PEM block"],
  ["a key", block() + block("PRIVATE KEY"), 'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"'],
  ["headers", block("CERTIFICATE", "A: b\n\nMAA="), "no PEM block headers are permitted"],
  ["a block of nothing", block("CERTIFICATE", ""), "found CERTIFICATE PEM block containing 0 certificates"],
  [
    "no certificate in a block before a key",
    block("CERTIFICATE", "QQ==") + block("PRIVATE KEY"),
    "x509: malformed certificate",
  ],
])("REG-CSR-PEM: of an issued certificate, %s", (_, text, problem) => {
  expect(certificatesProblem(encodeBase64(new TextEncoder().encode(text)))).toBe(problem);
});
