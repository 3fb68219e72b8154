import { connect, createServer } from "node:net";
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
