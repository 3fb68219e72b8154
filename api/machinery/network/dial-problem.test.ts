import { connect, createServer } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { expect, test } from "vitest";
import { dialProblem } from "./dial-problem.ts";

test("connection errors of Node.js are reported in Go's words", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const problem = await new Promise<Error>((resolve) => connect(port, "127.0.0.1").once("error", resolve));
  expect(dialProblem(problem)).toBe(`dial tcp 127.0.0.1:${port}: connect: connection refused`);
});

test("DNS, certificate and other errors are reported in Go's words", () => {
  const lookup = { message: "getaddrinfo ENOTFOUND nope.invalid", code: "ENOTFOUND", hostname: "nope.invalid" };
  expect(dialProblem(lookup)).toBe("dial tcp: lookup nope.invalid: no such host");
  expect(dialProblem({ message: "self-signed certificate", code: "DEPTH_ZERO_SELF_SIGNED_CERT" })).toBe(
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  );
  expect(dialProblem({ message: "", errors: [{ message: "connect EHOSTUNREACH ::1:443" }] })).toBe(
    "dial tcp [::1]:443: connect: no route to host",
  );
  expect(dialProblem({ message: "the pod is not running" })).toBe("the pod is not running");
});

test.each([
  ["localhost", "localhost", undefined, "certificate relies on legacy Common Name field, use SANs instead"],
  ["127.0.0.1", "x", "DNS:b", "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"],
  ["::1", "x", "IP Address:192.0.2.1", "certificate is valid for 192.0.2.1, not ::1"],
  ["a", "x", "DNS:b, IP Address:192.0.2.1, DNS:*.c", "certificate is valid for b, *.c, not a"],
  ["a", "x", "IP Address:192.0.2.1", "certificate is not valid for any names, but wanted to match a"],
])("a certificate that is not %s's is reported in Go's words", (host, CN, subjectaltname, problem) => {
  const cert = { subject: { CN }, ...(subjectaltname ? { subjectaltname } : {}) };
  const error = checkServerIdentity(host, { ...cert, subject: {} } as PeerCertificate);
  expect(error && dialProblem({ ...error, message: error.message, cert })).toBe(
    `tls: failed to verify certificate: x509: ${problem}`,
  );
});
