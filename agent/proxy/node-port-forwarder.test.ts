import { connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { forwardedPlaces, NodePortForwarder } from "./node-port-forwarder.ts";
import type { FamilyRules } from "./rule-set.ts";

const rules: FamilyRules = {
  family: 4,
  clusterAddresses: [],
  podRanges: [],
  ownRanges: [],
  localBackends: [],
  pools: [
    { id: "all", protocol: "tcp", backends: [{ address: "127.0.0.1", port: 1 }] },
    { id: "here", protocol: "tcp", backends: [{ address: "127.0.0.1", port: 2 }] },
  ],
  frontends: [
    { id: "a", protocol: "tcp", port: 30001, route: { to: "pool", pool: "all", masquerade: "everyone" } },
    { id: "b", protocol: "tcp", port: 30002, route: { to: "local", all: "all", local: "here" } },
    { id: "c", protocol: "tcp", port: 30003, route: { to: "local", all: "all" } },
    { id: "d", protocol: "udp", port: 30004, route: { to: "pool", pool: "all", masquerade: "everyone" } },
    {
      id: "e",
      protocol: "tcp",
      port: 80,
      address: "10.96.0.9",
      route: { to: "pool", pool: "all", masquerade: "outsiders" },
    },
    {
      id: "f",
      protocol: "tcp",
      port: 80,
      address: "192.168.1.7",
      route: { to: "pool", pool: "all", masquerade: "everyone" },
    },
    {
      id: "g",
      protocol: "tcp",
      port: 81,
      address: "192.168.1.7",
      sources: ["10.0.0.0/8"],
      route: { to: "pool", pool: "all", masquerade: "everyone" },
    },
  ],
};

it("TCP ports with endpoints and no source ranges are forwarded for outside clients (LB-PROXY)", () => {
  expect([...forwardedPlaces(rules, ["192.168.1.7"])].map(([place, [first]]) => [place, first?.port])).toEqual([
    ["0.0.0.0:30001", 1],
    ["0.0.0.0:30002", 2],
    ["192.168.1.7:80", 1],
  ]);
});

it("a node port forwarder forwards connections, follows endpoint changes, and closes", async () => {
  const listen = async (name: string) => {
    const server = createServer((socket) => socket.end(name));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return { server, backend: { address: "127.0.0.1", port: (server.address() as { port: number }).port } };
  };
  const [one, other] = [await listen("one"), await listen("other")];
  const ask = async (port: number): Promise<string> => {
    let messages = "";
    try {
      for await (const chunk of connect({ host: "127.0.0.1", port })) messages += chunk;
    } catch (error) {
      return (error as { code: string }).code;
    }
    return messages;
  };
  const port = 8599;
  const place = `127.0.0.1:${port}` as const;
  const warnings: string[] = [];
  const forwarder = new NodePortForwarder({ info: () => {}, warn: (message) => warnings.push(message) });
  forwarder.apply(new Map([[place, [one.backend]]]));
  expect(await ask(port)).toBe("one");
  forwarder.apply(new Map([[place, [other.backend]]]));
  expect(await ask(port)).toBe("other");
  forwarder.apply(new Map());
  expect(await ask(port)).toBe("ECONNREFUSED");
  expect(warnings).toEqual([]);
  forwarder.close();
  for (const { server } of [one, other]) server.close();
});
