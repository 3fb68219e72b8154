import { describe, expect, it } from "vitest";
import { encodeName, parseQuery, TYPES } from "./message.ts";
import { parseAddresses } from "./parse-addresses.ts";
import { type ResolverFacts, resolve } from "./resolver.ts";
import { Zone } from "./zone.ts";

const SERVICE = "shop.svc.cluster.local";
const service = (name: string, spec: object) => ({ metadata: { namespace: "shop", name }, spec, status: {} });
const services = [
  service("web", { clusterIP: "10.96.0.50", clusterIPs: ["10.96.0.50"] }),
  service("out", { type: "ExternalName", externalName: "example.com" }),
];
const zone = new Zone({ domain: "cluster.local", services, slices: [] }, 1);

const ID = 0x1234;
/** `flags` and `classOf` as in a client's query. */
function question(name: string, { type = TYPES.A as number, flags = 0x0100, classOf = 1 } = {}): Buffer {
  const numbers = Buffer.alloc(12);
  for (const [i, value] of [ID, flags, 1].entries()) numbers.writeUInt16BE(value, i * 2);
  const end = Buffer.alloc(4);
  end.writeUInt16BE(type, 0);
  end.writeUInt16BE(classOf, 2);
  return Buffer.concat([numbers, encodeName(name), end]);
}

/** Another resolver's answer: one address for the queried name. */
function answered(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(1, 6);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 7]);
  return Buffer.concat([answer, record]);
}

interface Asked {
  readonly query: Buffer;
  readonly servers: readonly string[];
  readonly transport: string;
}

function resolver(fails = false) {
  const requests: Asked[] = [];
  const facts: ResolverFacts = {
    zone: () => zone,
    upstream: () => ["192.0.2.53"],
    forward: async (query, { servers, transport }) => {
      requests.push({ query, servers, transport });
      if (fails) throw new Error("away");
      return answered(query);
    },
  };
  const ask = (message: Buffer, transport: "udp" | "tcp" = "udp") => resolve(message, facts, transport);
  return { ask, requests };
}

const SERVER_FAILURE = 2;
const NOT_IMPLEMENTED = 4;
const rcodeOf = (answer: Buffer | undefined) => (answer?.readUInt16BE(2) ?? -1) & 15;

describe("a pod's DNS query", () => {
  it("for a name of the cluster is answered from memory", async () => {
    const { ask, requests } = resolver(true);
    const answer = await ask(question(`web.${SERVICE}`));
    expect(parseAddresses(answer as Buffer)).toMatchObject([{ type: "A", address: "10.96.0.50" }]);
    expect(requests).toEqual([]);
  });

  it("for any other name is forwarded unchanged over the same protocol", async () => {
    const { ask, requests } = resolver();
    const query = question("example.com");
    expect(await ask(query, "tcp")).toEqual(answered(query));
    expect(requests).toEqual([{ query, servers: ["192.0.2.53"], transport: "tcp" }]);
  });

  it("of a class other than IN is forwarded", async () => {
    const { ask, requests } = resolver();
    await ask(question(`web.${SERVICE}`, { classOf: 3 }));
    expect(requests).toHaveLength(1);
  });

  it("for an ExternalName Service is answered with the records of the external name", async () => {
    const { ask, requests } = resolver();
    const answer = await ask(question(`out.${SERVICE}`), "tcp");
    expect(parseAddresses(answer as Buffer)).toMatchObject([
      { name: `out.${SERVICE}`, type: "CNAME", target: "example.com" },
      { name: "example.com", type: "A", address: "192.0.2.7" },
    ]);
    const [{ query, transport } = { query: Buffer.alloc(0), transport: "" }] = requests;
    expect(transport).toBe("udp");
    expect(parseQuery(query)).toMatchObject({
      id: ID,
      opcode: 0,
      recursionDesired: true,
      name: "example.com",
      type: TYPES.A,
      isInternet: true,
    });
    expect(query).toHaveLength(12 + "example.com".length + 2 + 4);
    expect(query.readUInt32BE(6)).toBe(0);
  });

  it("fails with SERVFAIL if no upstream answers, and with NOTIMP for an unsupported opcode", async () => {
    expect(rcodeOf(await resolver(true).ask(question("example.com")))).toBe(SERVER_FAILURE);
    expect(rcodeOf(await resolver(true).ask(question(`out.${SERVICE}`)))).toBe(SERVER_FAILURE);
    expect(rcodeOf(await resolver().ask(question(`web.${SERVICE}`, { flags: 0x2800 })))).toBe(NOT_IMPLEMENTED);
  });

  it("is ignored if malformed", async () => {
    const { ask, requests } = resolver();
    expect(await ask(Buffer.from("?"))).toBeUndefined();
    expect(requests).toEqual([]);
  });
});

it("DNS-BOUND: external queries fail beyond a thousand in progress", async () => {
  let answer = () => {};
  const waiting = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const facts: ResolverFacts = {
    zone: () => zone,
    upstream: () => ["192.0.2.53"],
    forward: async (query) => {
      await waiting;
      return answered(query);
    },
  };
  const ask = () => resolve(question("example.com"), facts, "udp");
  const first = Array.from({ length: 1000 }, ask);
  expect(rcodeOf(await ask())).toBe(SERVER_FAILURE);
  expect(rcodeOf(await resolve(question(`web.${SERVICE}`), facts, "udp"))).toBe(0);
  answer();
  expect((await Promise.all(first)).map(rcodeOf)).toEqual(Array(1000).fill(0));
  expect(rcodeOf(await ask())).toBe(0);
});
