import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer, type Server as NetServer } from "node:net";
import { Server, ServerCredentials, type sendUnaryData, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { parseServices } from "../../test/fakes/node/grpc-services.ts";
import { probeGrpc } from "./grpc-health.ts";

const PROTO = `syntax = "proto3";
package grpc.health.v1;
service Health { rpc Check(HealthCheckRequest) returns (HealthCheckResponse); }
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
`;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Answers each service by its name. */
async function healthServer(answers: Readonly<Record<string, string | number>>): Promise<number> {
  const { Health } = parseServices(PROTO);
  if (!Health) throw new Error("no such service");
  const server = new Server();
  server.addService(Health.service, {
    Check: ({ request }: { request: { service: string } }, done: sendUnaryData<object>) => {
      const answer = answers[request.service];
      if (typeof answer === "number") done({ code: answer, details: "unhappy" });
      else if (answer !== undefined) done(null, { status: answer });
    },
  });
  ends.push(() => server.forceShutdown());
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
}

function listen(server: NetServer): Promise<number> {
  ends.push(() => server.close());
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const probe = (port: number, service = "", seconds = 5) =>
  probeGrpc({ host: "127.0.0.1", port, address: `127.0.0.1:${port}`, service, seconds });

describe("a gRPC probe", () => {
  it.each([
    ["", { ok: true, output: "service healthy" }],
    ["down", { ok: false, output: 'service unhealthy (responded with "NOT_SERVING")' }],
    ["unknown", { ok: false, output: 'service unhealthy (responded with "UNKNOWN")' }],
    ["refused", { ok: false, output: "error: health rpc probe failed: rpc error: code = NotFound desc = unhappy" }],
    ["x".repeat(200), { ok: true, output: "service healthy" }],
  ])("asks for the service %j", async (service, expected) => {
    const port = await healthServer({
      "": "SERVING",
      down: "NOT_SERVING",
      unknown: "UNKNOWN",
      refused: status.NOT_FOUND,
      ["x".repeat(200)]: "SERVING",
    });
    expect(await probe(port, service)).toEqual(expected);
  });

  it("reports that the server does not implement the health service", async () => {
    const server = new Server();
    ends.push(() => server.forceShutdown());
    const port = await new Promise<number>((resolve) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, bound) => resolve(bound)),
    );
    expect((await probe(port)).output).toMatch(
      /^error: this server does not implement the grpc health protocol \(grpc\.health\.v1\.Health\): /,
    );
  });

  it("times out, and reports whether anything answered", async () => {
    const silent = await healthServer({});
    expect(await probe(silent, "never", 0.2)).toEqual({
      ok: false,
      output: "timeout: health rpc did not complete within 0.2s",
    });
    const server = createServer();
    const nobody = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await probe(nobody)).toEqual({
      ok: false,
      output: `timeout: failed to connect service "127.0.0.1:${nobody}" within 5s: context deadline exceeded`,
    });
  });

  it("fails if the port speaks another protocol", async () => {
    const http = createHttp((_, response) => response.end("hello"));
    expect((await probe(await listen(http), "", 1)).ok).toBe(false);
    const rude = createServer((socket) => socket.destroy());
    expect((await probe(await listen(rude), "", 1)).ok).toBe(false);
  });

  it("has not connected to a port that only accepts connections", async () => {
    const mute = await listen(createServer(() => {}));
    expect((await probe(mute, "", 0.2)).output).toBe(
      `timeout: failed to connect service "127.0.0.1:${mute}" within 0.2s: context deadline exceeded`,
    );
  });
});
