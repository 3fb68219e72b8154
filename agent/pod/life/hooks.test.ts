import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { runHook } from "./hooks.ts";

const runtime = {
  execSync: async () => ({ exitCode: 3, output: Buffer.from("oh\nno\n"), stderr: Buffer.from("no\n") }),
};

test("an HTTPS hook falls back to HTTP without credentials if the server has no TLS", async () => {
  const requested: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    requested.push(headers);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const pod = { metadata: { name: "p", namespace: "n", uid: "u" }, spec: { containers: [] }, status: {} };
  const context = { runtime, containerId: "c", pod, container: { name: "c" }, podIP: "127.0.0.1" };
  const httpHeaders = [
    { name: "Authorization", value: "secret" },
    { name: "X-Own", value: "1" },
  ];
  await runHook({ httpGet: { port, scheme: "HTTPS", httpHeaders } }, context);
  server.close();
  expect(requested).toEqual([expect.objectContaining({ "x-own": "1" })]);
  expect(requested[0]).not.toHaveProperty("authorization");

  const refused = `Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`;
  const where = 'for Container "c" in Pod "p_n(u)" failed - error:';
  await expect(runHook({ httpGet: { port, path: "/" } }, context)).rejects.toThrow(
    `HTTP lifecycle hook (/) ${where} ${refused}`,
  );
  await expect(runHook({ exec: { command: ["x", "y"] } }, context)).rejects.toThrow(
    `Exec lifecycle hook ([x y]) ${where} command 'x y' exited with 3: no\n, message: "oh\\nno\\n"`,
  );
  const gone = { execSync: () => Promise.reject(new Error("no container")) };
  await expect(runHook({ exec: { command: ["x"] } }, { ...context, runtime: gone })).rejects.toThrow(
    `Exec lifecycle hook ([x]) ${where} no container, message: ""`,
  );
});
