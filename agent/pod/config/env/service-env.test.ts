import { describe, expect, it } from "vitest";
import type { Service } from "../../../../api/generated/core.v1.ts";
import { serviceVariables } from "./service-env.ts";

const service = (namespace: string, name: string, spec: Partial<Service["spec"]>): Service => ({
  metadata: { namespace, name },
  spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }], ...spec },
  status: {},
});
const kubernetes = service("default", "kubernetes", { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443 }] });
const reported = (services: readonly Service[], links = true, namespace = "ns") =>
  Object.fromEntries(serviceVariables(services, { namespace, links }).map(({ name, value }) => [name, value]));

describe("environment variables for Services", () => {
  it("hold address and ports, in the format of Docker links", () => {
    const ports = [
      { name: "http-alt", port: 8080 },
      { port: 53, protocol: "UDP" },
    ];
    expect(reported([service("ns", "my-web", { ports })])).toEqual({
      MY_WEB_SERVICE_HOST: "10.0.0.1",
      MY_WEB_SERVICE_PORT: "8080",
      MY_WEB_SERVICE_PORT_HTTP_ALT: "8080",
      MY_WEB_PORT: "tcp://10.0.0.1:8080",
      MY_WEB_PORT_8080_TCP: "tcp://10.0.0.1:8080",
      MY_WEB_PORT_8080_TCP_PROTO: "tcp",
      MY_WEB_PORT_8080_TCP_PORT: "8080",
      MY_WEB_PORT_8080_TCP_ADDR: "10.0.0.1",
      MY_WEB_PORT_53_UDP: "udp://10.0.0.1:53",
      MY_WEB_PORT_53_UDP_PROTO: "udp",
      MY_WEB_PORT_53_UDP_PORT: "53",
      MY_WEB_PORT_53_UDP_ADDR: "10.0.0.1",
    });
  });

  it("have IPv6 addresses in brackets before a port", () => {
    const { A_PORT, A_SERVICE_HOST } = reported([service("ns", "a", { clusterIP: "fd00::1" })]);
    expect([A_PORT, A_SERVICE_HOST]).toEqual(["tcp://[fd00::1]:80", "fd00::1"]);
  });

  it.each<[string, Partial<Service["spec"]>]>([
    ["headless", { clusterIP: "None" }],
    ["without an address yet", { clusterIP: "" }],
    ["without ports", { ports: [] }],
  ])("exclude a Service that is %s", (_, spec) => {
    expect(reported([service("ns", "a", spec)])).toEqual({});
  });

  it("cover the pod's own namespace and the API server", () => {
    const services = [service("other", "b", {}), service("ns", "a", {}), kubernetes];
    expect(Object.keys(reported(services)).filter((name) => name.endsWith("_SERVICE_HOST"))).toEqual([
      "KUBERNETES_SERVICE_HOST",
      "A_SERVICE_HOST",
    ]);
    expect(reported(services, false).A_SERVICE_HOST).toBeUndefined();
    expect(reported(services, false).KUBERNETES_SERVICE_HOST).toBe("10.96.0.1");
  });

  it("prefer a Service named kubernetes in the pod's own namespace", () => {
    expect(reported([service("ns", "kubernetes", {}), kubernetes]).KUBERNETES_SERVICE_HOST).toBe("10.0.0.1");
  });
});
