import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { HealthChecks, planHealthChecks } from "./health-checks.ts";

const service = (name: string, spec: Partial<Service["spec"]>): Service => ({
  metadata: { namespace: "shop", name },
  spec: { type: "LoadBalancer", clusterIP: "10.96.0.9", ...spec },
  status: {},
});
const slice = (name: string, endpoints: EndpointSlice["endpoints"]): EndpointSlice => ({
  metadata: { namespace: "shop", name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [{ port: 80 }],
  endpoints: endpoints ?? [],
});
const at = (address: string, nodeName: string, ready?: boolean) => ({
  addresses: [address],
  nodeName,
  ...(ready !== undefined && { conditions: { ready } }),
});

describe("PROXY-HEALTH: the health check node port", () => {
  it("counts the ready endpoints on this node, each address once, for Services with such a port", () => {
    const services = [service("web", { healthCheckNodePort: 32001 }), service("plain", {})];
    const slices = [
      slice("web", [at("10.0.0.1", "here"), at("10.0.0.1", "here"), at("10.0.0.2", "here", false)]),
      slice("web", [at("10.0.0.3", "there"), at("10.0.0.4", "here", true)]),
      slice("plain", [at("10.0.0.5", "here")]),
    ];
    expect(planHealthChecks({ services, slices, node: "here" })).toEqual([
      { port: 32001, namespace: "shop", name: "web", localEndpoints: 2 },
    ]);
  });

  let isHealthy = true;
  const checks = new HealthChecks(() => isHealthy, { info: () => {}, warn: () => {} });
  afterEach(() => checks.close());

  it("answers 200 if there are any, 503 if there are none or the rules could not be written, and closes with its Service", async () => {
    const free = createServer();
    await new Promise<void>((done) => free.listen(0, done));
    const { port } = free.address() as AddressInfo;
    await new Promise((done) => free.close(done));
    const check = { port, namespace: "shop", name: "web" };
    checks.apply([{ ...check, localEndpoints: 2 }]);
    const good = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([good.status, good.headers.get("x-load-balancing-endpoint-weight")]).toEqual([200, "2"]);
    expect(await good.json()).toEqual({
      service: { namespace: "shop", name: "web" },
      localEndpoints: 2,
      serviceProxyHealthy: true,
    });
    isHealthy = false;
    const bad = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([bad.status, await bad.json()]).toMatchObject([503, { localEndpoints: 2, serviceProxyHealthy: false }]);
    isHealthy = true;
    checks.apply([{ ...check, localEndpoints: 0 }]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
    checks.apply([]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});
