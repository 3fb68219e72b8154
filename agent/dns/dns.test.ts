import { Socket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { lengthPrefixed } from "./forward.ts";
import { encodeName } from "./message.ts";
import { DnsServer } from "./server.ts";
import { Zone } from "./zone.ts";

const service = (name: string, spec: Partial<Service["spec"]>): Service => ({
  metadata: { namespace: "shop", name },
  spec: { ports: [{ name: "http", port: 80, protocol: "TCP" }], ...spec },
  status: {},
});

const services = [
  service("web", { clusterIP: "10.96.0.50", clusterIPs: ["10.96.0.50", "fd00::50"] }),
  service("db", { clusterIP: "None", clusterIPs: ["None"] }),
  service("many", { clusterIP: "None", clusterIPs: ["None"] }),
  service("empty", { clusterIP: "None", clusterIPs: ["None"] }),
  service("round", { type: "ExternalName", externalName: "about.shop.svc.cluster.local" }),
  service("about", { type: "ExternalName", externalName: "round.shop.svc.cluster.local" }),
  service("alias", { type: "ExternalName", externalName: "web.shop.svc.cluster.local." }),
];

const sliceOf = (name: string, endpoints: EndpointSlice["endpoints"] = []): EndpointSlice => ({
  metadata: { namespace: "shop", name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  endpoints,
});

const slices = [
  sliceOf("web", [{ addresses: ["10.244.0.8"] }]),
  sliceOf("db", [
    { addresses: ["10.244.0.5"], hostname: "db-0" },
    { addresses: ["10.244.0.6"] },
    { addresses: ["10.244.0.7"], hostname: "db-2", conditions: { ready: false } },
  ]),
  sliceOf(
    "many",
    Array.from({ length: 200 }, (_, i) => ({ addresses: [`10.244.9.${i}`] })),
  ),
];

const zone = new Zone({ domain: "cluster.local", services, slices }, 7);
/** Two ways of having no resolver. */
const upstream = ["255.255.255.255", "127.0.0.1"];
let server: DnsServer;
const resolver = new Resolver({ timeout: 1000, tries: 1 });
beforeAll(async () => {
  const open = () => DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => upstream }, 0);
  // A port that is free for one protocol may be taken for the other.
  server = await open().catch(open).catch(open);
  resolver.setServers([`127.0.0.1:${server.port}`]);
});
afterAll(() => server.close());

const failure = (question: Promise<unknown>) =>
  question.then(
    () => "answered",
    ({ code }) => code as string,
  );

describe("DNS-SPEC: names of the cluster, as Node's resolver sees them", () => {
  it("resolve to both IPv4 and IPv6 addresses of a Service", async () => {
    expect(await resolver.resolve4("web.shop.svc.cluster.local")).toEqual(["10.96.0.50"]);
    expect(await resolver.resolve6("WEB.shop.svc.cluster.local")).toEqual(["fd00::50"]);
  });

  it("DNS-OFFLINE: resolve even if no upstream server answers", async () => {
    expect(await failure(resolver.resolve4("example.com"))).not.toBe("answered");
    expect(await resolver.resolve4("web.shop.svc.cluster.local")).toEqual(["10.96.0.50"]);
    expect(await resolver.reverse("10.96.0.50")).toEqual(["web.shop.svc.cluster.local"]);
    expect(await failure(resolver.resolve4("none.shop.svc.cluster.local"))).toBe("ENOTFOUND");
  });

  it("resolve to the ready endpoints of a headless Service, also by hostname", async () => {
    expect((await resolver.resolve4("db.shop.svc.cluster.local")).sort()).toEqual(["10.244.0.5", "10.244.0.6"]);
    expect(await resolver.resolve4("db-0.db.shop.svc.cluster.local")).toEqual(["10.244.0.5"]);
    expect(await resolver.resolve4("10-244-0-6.db.shop.svc.cluster.local")).toEqual(["10.244.0.6"]);
    expect(await failure(resolver.resolve4("db-2.db.shop.svc.cluster.local"))).toBe("ENOTFOUND");
  });

  it("have SRV records for named ports", async () => {
    const [target] = await resolver.resolveSrv("_http._tcp.web.shop.svc.cluster.local");
    expect(target).toMatchObject({ name: "web.shop.svc.cluster.local", port: 80 });
    const endpoints = await resolver.resolveSrv("_http._tcp.db.shop.svc.cluster.local");
    expect(endpoints.map(({ name, port }) => [name.split(".")[0], port]).sort()).toEqual([
      ["10-244-0-6", 8080],
      ["db-0", 8080],
    ]);
  });

  it("have SRV records for all ports and for endpoints, with equal weights, as in CoreDNS", async () => {
    expect(await resolver.resolveSrv("web.shop.svc.cluster.local")).toMatchObject([
      { name: "web.shop.svc.cluster.local", port: 80, priority: 0, weight: 100 },
    ]);
    const shares = await resolver.resolveSrv("db.shop.svc.cluster.local");
    expect(shares.map(({ name, weight }) => [name.split(".")[0], weight]).sort()).toEqual([
      ["10-244-0-6", 50],
      ["db-0", 50],
    ]);
    expect(await resolver.resolve4("10-244-0-8.web.shop.svc.cluster.local")).toEqual(["10.244.0.8"]);
  });

  it("are found by reverse lookup", async () => {
    expect(await resolver.reverse("10.96.0.50")).toEqual(["web.shop.svc.cluster.local"]);
    expect(await resolver.reverse("fd00::50")).toEqual(["web.shop.svc.cluster.local"]);
    expect(await resolver.reverse("10.244.0.5")).toEqual(["db-0.db.shop.svc.cluster.local"]);
  });

  it("include CNAME records of ExternalName Services", async () => {
    expect(await resolver.resolveCname("alias.shop.svc.cluster.local")).toEqual(["web.shop.svc.cluster.local"]);
    expect(await resolver.resolve4("alias.shop.svc.cluster.local")).toEqual(["10.96.0.50"]);
    // Names that form a circle resolve to nothing, and block nothing.
    expect(await resolver.resolve4("round.shop.svc.cluster.local")).toEqual([]);
    expect(zone.answer("round.shop.svc.cluster.local", 1)?.answers.length).toBe(11);
    expect(await resolver.resolve4("web.shop.svc.cluster.local")).toEqual(["10.96.0.50"]);
  });

  it("include names of pods and the version", async () => {
    expect(await resolver.resolve4("10-244-0-9.shop.pod.cluster.local")).toEqual(["10.244.0.9"]);
    expect(await resolver.resolveTxt("dns-version.cluster.local")).toEqual([["1.1.0"]]);
  });

  it.each([
    ["web.shop.svc.cluster.local", "resolveMx", "ENODATA"],
    ["shop.svc.cluster.local", "resolve4", "ENODATA"],
    ["nobody.shop.svc.cluster.local", "resolve4", "ENOTFOUND"],
    ["empty.shop.svc.cluster.local", "resolve4", "ENOTFOUND"],
    ["web.nowhere.svc.cluster.local", "resolve4", "ENOTFOUND"],
    ["_smtp._tcp.web.shop.svc.cluster.local", "resolveSrv", "ENOTFOUND"],
    ["example.com", "resolve4", "ESERVFAIL"],
  ] as const)("DNS-NOTHING, DNS-FORWARD: %s, looked up with %s, gives %s", async (name, method, code) => {
    expect(await failure(resolver[method](name))).toBe(code);
  });

  it("DNS-SIZE: resolve over TCP if the answer exceeds a UDP packet", async () => {
    expect(await resolver.resolve4("many.shop.svc.cluster.local")).toHaveLength(200);
  });
});

describe("pipelined DNS queries over TCP", () => {
  const question = (id: number, name = "web.shop.svc.cluster.local") => {
    const flags = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    return lengthPrefixed(Buffer.concat([flags, encodeName(name), Buffer.from([0, 1, 0, 1])]));
  };
  /** The ids of the answers, as many as are expected. */
  const converse = (pieces: readonly Buffer[], count: number) =>
    new Promise<number[]>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1");
      let read = Buffer.alloc(0);
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        read = Buffer.concat([read, chunk]);
        const ids: number[] = [];
        for (let at = 0; at + 2 <= read.length && at + 2 + read.readUInt16BE(at) <= read.length; ) {
          ids.push(read.readUInt16BE(at + 2));
          at += 2 + read.readUInt16BE(at);
        }
        if (ids.length < count) return;
        socket.destroy();
        resolve(ids);
      });
      void (async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((done) => setTimeout(done, 5));
        }
      })();
    });

  it("are each answered with their own id, however they are segmented", async () => {
    const three = Buffer.concat([question(1), question(2), question(3)]);
    expect((await converse([three], 3)).sort()).toEqual([1, 2, 3]);
    expect(await converse([three.subarray(0, 1), three.subarray(1, 9), three.subarray(9, 60)], 1)).toEqual([1]);
  });

  it("are ignored if malformed", async () => {
    expect(await converse([lengthPrefixed(Buffer.from("?")), question(4)], 1)).toEqual([4]);
  });
});

it("a closed DNS server answers nothing, and drops pending queries", async () => {
  const open = () => DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => upstream }, 0);
  const other = await open().catch(open).catch(open);
  const socket = connect(other.port, "127.0.0.1");
  await once(socket, "connect");
  // The server has accepted the connection.
  socket.write(lengthPrefixed(Buffer.from("?")));
  await new Promise((done) => setTimeout(done, 20));
  const closed = once(socket, "close");
  const { port } = other;
  other.close();
  await closed;
  await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  // The port is free for the next server.
  const next = await DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => upstream }, port);
  await expect(DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => upstream }, port)).rejects.toThrow(
    "EADDRINUSE",
  );
  next.close();
});

it("AGENT-STANDS: a query whose sender forged port 0 gets no answer, and ends nothing", async () => {
  const bind = vi.spyOn(Socket.prototype, "bind");
  const other = await DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => [] }, 0);
  const [udp] = bind.mock.contexts as Socket[];
  bind.mockRestore();
  const header = Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const query = Buffer.concat([header, encodeName("web.shop.svc.cluster.local"), Buffer.from([0, 1, 0, 1])]);
  // An error in a listener's promise would fail the test run, as it would end an agent.
  udp?.emit("message", query, { address: "127.0.0.1", family: "IPv4", port: 0, size: query.length });
  const own = new Resolver({ timeout: 1000, tries: 1 });
  own.setServers([`127.0.0.1:${other.port}`]);
  expect(await own.resolve4("web.shop.svc.cluster.local")).toEqual(["10.96.0.50"]);
  other.close();
});
