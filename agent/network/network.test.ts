import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import type { Node } from "../../api/generated/core.v1.ts";
import { renderWhole } from "../proxy/nft-table.ts";
import { ApiProxy, apiServerOf } from "./api-proxy.ts";
import { cniConfig, gatewayOf } from "./cni-config.ts";
import { directBackend, dnatOnlyTable, hostAddressOf } from "./host-api-proxy.ts";
import { planRoutes } from "./routes.ts";

const node = (name: string, podCIDRs: string[], addresses: string[]): Node => ({
  metadata: { name },
  spec: { podCIDRs },
  status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
});

const never = () => {
  throw new Error("nobody asks for this");
};

describe("NET-ROUTES: pod routes", () => {
  it("lead to other nodes by an address of the same family that is not loopback", () => {
    const nodes = [
      node("own", ["10.244.0.0/24"], ["192.0.2.1"]),
      node("dual", ["10.244.1.0/24", "fd00:1::/64"], ["127.0.0.1", "192.0.2.2", "2001:db8::2"]),
      node("only-loopback", ["10.244.2.0/24"], ["127.0.0.1"]),
      node("without-range", [], ["192.0.2.4"]),
    ];
    expect(planRoutes({ nodes, own: "own" })).toEqual([
      { range: "10.244.1.0/24", via: "192.0.2.2" },
      { range: "fd00:1::/64", via: "2001:db8::2" },
    ]);
  });

  it("use the overlay if direct routes do not work or the node has no address of the family", () => {
    const nodes = [
      node("near", ["10.244.1.0/24", "fd00:1::/64"], ["192.0.2.2"]),
      node("cut", ["10.244.2.0/24"], ["192.0.2.3"]),
    ];
    expect(planRoutes({ nodes, own: "own", wayTo: (name) => (name === "cut" ? "relay" : "route") })).toEqual([
      { range: "10.244.1.0/24", via: "192.0.2.2" },
      { range: "fd00:1::/64", via: "fd00:1::", overlay: true },
      { range: "10.244.2.0/24", via: "10.244.2.0", overlay: true },
    ]);
  });
});

describe("NET-OWN: the pod network", () => {
  it.each([
    ["10.244.3.0/24", { address: "10.244.3.1", bits: 24 }],
    ["10.9.8.64/26", { address: "10.9.8.65", bits: 26 }],
    ["fd00:1::/64", { address: "fd00:1::1", bits: 64 }],
  ])("of %s has its gateway at the first address", (range, gateway) => expect(gatewayOf(range)).toEqual(gateway));

  it("has a default route for each family", () => {
    const config = cniConfig({ podRanges: ["10.244.3.0/24", "fd00:1::/64"], ipamDirectory: "/x", hasPortmap: false });
    const [bridge] = JSON.parse(config).plugins;
    expect(bridge.ipam.routes).toEqual([{ dst: "0.0.0.0/0" }, { dst: "::/0" }]);
    expect(bridge.ipam.ranges).toEqual([[{ subnet: "10.244.3.0/24" }], [{ subnet: "fd00:1::/64" }]]);
  });
});

describe("NET-API: the connection to the API server", () => {
  it.each([
    ["https://192.0.2.1:6443", "PEM", { host: "192.0.2.1", port: 6443 }],
    ["https://[2001:db8::1]:6443", "PEM", { host: "2001:db8::1", port: 6443 }],
    ["https://192.0.2.1:6443/clusters/two", "PEM", undefined],
    ["https://plane.example.com", undefined, undefined],
  ])("is derived from %s with CA %s", (server, ca, expected) =>
    expect(apiServerOf({ server, ...(ca !== undefined && { ca }) })).toEqual(expected),
  );

  it("forwards bytes both ways, and each end of stream", async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("data", (chunk) => socket.write(String(chunk).toUpperCase()));
      socket.on("end", () => socket.end("."));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    const away = { server: "https://plane", request: () => Promise.reject(new Error()), open: never, dial: never };
    const log = { info: () => {}, warn: () => {} };
    const apiServer = { host: "127.0.0.1", port };
    const door = await ApiProxy.open("127.0.0.1", { nodeName: "n", controlPlane: away, log, apiServer });
    const client = connect({ host: door.backend.address, port: door.backend.port });
    client.end("hello");
    let messages = "";
    for await (const chunk of client) messages += chunk;
    expect(messages).toBe("HELLO.");
    door.close();
    server.close();
  });
});

describe("NET-OTHERS: the API address for pods in another CNI network", () => {
  it("is the API server itself if pods can reach it", () => {
    expect(directBackend({ host: "192.0.2.9", port: 6443 })).toEqual({ address: "192.0.2.9", port: 6443 });
    for (const host of ["127.0.0.1", "api.example.com", "::1"])
      expect(directBackend({ host, port: 6443 }), host).toBeUndefined();
    expect(directBackend(undefined)).toBeUndefined();
  });

  it("is otherwise an address of the machine, open to redirected connections only", () => {
    expect(hostAddressOf(node("n", [], ["127.0.0.1", "fd00::2", "192.0.2.2"]))).toBe("192.0.2.2");
    expect(hostAddressOf(node("n", [], ["127.0.0.1"]))).toBeUndefined();
    const guard = renderWhole(dnatOnlyTable({ address: "192.0.2.2", port: 40001 }));
    expect(guard).toContain("ip daddr 192.0.2.2 tcp dport 40001 ct status & dnat != dnat drop");
  });
});
