import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import type { PodHttpRequest } from "../../api/node/node-sync.ts";
import { requestPod } from "./pod-connections.ts";

let server: Server;
afterEach(() => server.close());

/** A server that accepts connections, and never says anything. */
async function silentServer() {
  const accepted: Socket[] = [];
  server = createServer((socket) => accepted.push(socket.resume()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, accepted };
}

const request = (port: number, tls: PodHttpRequest["tls"]): PodHttpRequest => ({
  namespace: "ns",
  pod: "p",
  uid: "u",
  port,
  method: "GET",
  path: "/",
  headers: [],
  ...(tls && { tls }),
});

it.each([
  ["a request", undefined],
  ["a handshake of TLS", { serverName: "p" }],
  ["a handshake of TLS that nobody verifies", { serverName: "p", unverified: true }],
])("TUNNEL-TLS: %s that its client gives up leaves no connection", async (_, tls) => {
  const { port, accepted } = await silentServer();
  const client = new AbortController();
  const call = requestPod({
    request: request(port, tls),
    body: new Uint8Array(),
    isRepeatable: true,
    connect: async () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }),
    signal: client.signal,
  });
  const outcome = call.then(
    () => "answered",
    () => "failed",
  );
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  client.abort();
  expect(await outcome).toBe("failed");
  await vi.waitFor(() => expect(accepted[0]?.destroyed).toBe(true));
});
