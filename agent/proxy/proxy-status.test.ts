import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import type { Service } from "../../api/generated/core.v1.ts";
import { hasNodePorts, healthzResponse, ProxyStatus, proxyModeResponse } from "./proxy-status.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");
const good = { isUpToDate: true, updatedAt: Date.parse("2026-01-01T00:00:00Z"), isEligible: true };
const answer = (path: string, state = good) => {
  const { code, text } = healthzResponse(path, state, NOW);
  return [code, code === 404 ? text : JSON.parse(text)];
};
const times = { lastUpdated: "2026-01-01T00:01:00.000Z", currentTime: "2026-01-01T00:01:00.000Z" };

it("PROXY-STATUS: /healthz tells load balancers whether the node forwards connections", () => {
  expect(answer("/healthz")).toEqual([200, { ...times, nodeEligible: true }]);
  expect(answer("/healthz", { ...good, isEligible: false })).toEqual([503, { ...times, nodeEligible: false }]);
  expect(answer("/livez", { ...good, isEligible: false })).toEqual([200, times]);
  const late = { ...times, lastUpdated: "2026-01-01T00:00:00.000Z" };
  expect(answer("/livez", { ...good, isUpToDate: false })).toEqual([503, late]);
  expect(answer("/else")[0]).toBe(404);
  expect(answer("/livez?verbose")).toEqual([200, times]);
});

it("PROXY-STATUS, AGENT-STANDS: what is no URL is not found", () => {
  for (const url of ["//", "///healthz", "*"]) expect(answer(url)[0], url).toBe(404);
  expect(proxyModeResponse("//").code).toBe(404);
});

it("PROXY-STATUS: /proxyMode reports the proxy mode", () => {
  expect(proxyModeResponse("/proxyMode")).toMatchObject({ code: 200, text: "nftables" });
  expect(proxyModeResponse("/").code).toBe(404);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it("PROXY-STATUS: only programs on the machine may ask, others once there are node ports", async () => {
  const ports = { health: await freePort(), mode: await freePort() };
  const status = new ProxyStatus(() => good, ports);
  const code = (host: string, port: number, path: string) =>
    fetch(`http://${host}:${port}${path}`).then(({ status }) => status, String);
  // Of the whole range of loopback, only a server on all addresses has the second.
  const healths = () => Promise.all(["127.0.0.1", "127.0.0.2"].map((host) => code(host, ports.health, "/healthz")));
  const refused = expect.stringContaining("fetch failed");
  await expect.poll(healths).toEqual([200, refused]);
  status.openToAll(true);
  await expect.poll(healths).toEqual([200, 200]);
  expect(await code("127.0.0.1", ports.mode, "/proxyMode")).toBe(200);
  expect(await code("127.0.0.2", ports.mode, "/proxyMode")).toEqual(refused);
  status.openToAll(false);
  await expect.poll(healths).toEqual([200, refused]);
  status.close();
  // A plan that was under way still ends.
  status.openToAll(true);
  await expect.poll(healths).toEqual([refused, refused]);
});

it.each<[string, Partial<Service["spec"]>, boolean]>([
  ["a cluster address", { type: "ClusterIP", ports: [{ port: 80 }] }, false],
  ["a node port", { type: "NodePort", ports: [{ port: 80 }, { port: 81, nodePort: 30_000 }] }, true],
  ["a balancer without node ports", { type: "LoadBalancer", ports: [{ port: 80 }] }, false],
])("PROXY-STATUS: a Service with %s", (_, spec, isAsked) => {
  const service = { metadata: {}, spec: { clusterIP: "10.96.0.9", ...spec } } as Service;
  expect(hasNodePorts([service])).toBe(isAsked);
});
