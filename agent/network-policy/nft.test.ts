import { describe, expect, it } from "vitest";
import type { Family } from "../proxy/rule-set.ts";
import { renderPolicies } from "./nft.ts";
import type { Allowance, Direction } from "./policy-rules.ts";

const WEB = "10.244.0.1";
const CLIENT = "10.244.0.2";
const FAR = "10.244.1.3";

const entries = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);

describe("nftables rules of a policy", () => {
  const gateOf = (
    allowance: Omit<Allowance, "id">,
    { family = 4 as Family, direction = "ingress" as Direction } = {},
  ) => {
    const gate = { id: "g", direction, pods: [WEB], allowances: [{ id: "a", ...allowance }] };
    const { chains, sets } = renderPolicies({ family, gates: [gate] });
    const [[name, { rules }] = ["", { rules: [] }]] = [...chains].filter(([chain]) => chain !== "forward");
    return { chains, sets, name, rules };
  };
  const range = (protocol: "tcp" | "udp", from?: number, to?: number) => ({
    protocol,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });

  it.each<[Omit<Allowance, "id">, string[]]>([
    [{}, [""]],
    [{ ports: { ranges: [range("tcp")], sockets: [] } }, ["meta l4proto tcp"]],
    [{ ports: { ranges: [range("udp", 53, 53), range("tcp", 1, 9)], sockets: [] } }, ["udp dport 53", "tcp dport 1-9"]],
    // A rule with an empty set of peers or ports admits nobody.
    [{ ports: { ranges: [], sockets: [] } }, []],
    [{ peers: { addresses: [], blocks: [] } }, []],
    [
      { peers: { addresses: [], blocks: [{ range: "10.0.0.0/8", except: ["10.1.0.0/16", "10.2.0.0/16"] }] } },
      ["ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16 ip saddr != 10.2.0.0/16"],
    ],
    [
      {
        peers: { addresses: [], blocks: [{ range: "10.0.0.0/8", except: [] }] },
        ports: { ranges: [range("tcp", 80, 80), range("udp")], sockets: [] },
      },
      ["ip saddr 10.0.0.0/8 tcp dport 80", "ip saddr 10.0.0.0/8 meta l4proto udp"],
    ],
  ])("%j lets through %j and drops the rest", (allowance, expected) =>
    expect(gateOf(allowance).rules).toEqual([...expected.map((each) => `${each} return`.trim()), "drop"]),
  );

  it("pods are matched by a set, and named ports by address, for either IP family", () => {
    const peers = { addresses: [CLIENT, FAR], blocks: [] };
    const sockets = [{ address: WEB, protocol: "tcp" as const, port: 8080 }];
    const { rules, sets } = gateOf({ peers, ports: { ranges: [], sockets } }, { direction: "egress" });
    const [of, at] = [...sets.keys()].filter((name) => !name.endsWith("-pods"));
    expect(rules).toEqual([`ip daddr @${of} ip daddr . meta l4proto . th dport @${at} return`, "drop"]);
    expect(sets.get(of ?? "")).toMatchObject({
      declaration: "type ipv4_addr;",
      elements: new Map([
        [CLIENT, ""],
        [FAR, ""],
      ]),
    });
    const six = gateOf({ peers: { addresses: ["fd00::2"], blocks: [] } }, { family: 6 });
    expect(six.rules[0]).toMatch(/^ip6 saddr @\S+ return$/);
  });

  it("each pod has a gate in the direction of the policy", () => {
    for (const direction of ["ingress", "egress"] as const) {
      const { chains, sets, name } = gateOf({}, { direction });
      const other = direction === "ingress" ? "egress" : "ingress";
      expect(JSON.stringify(sets.get(`${direction}-pods`), entries)).toContain(`"${WEB}","jump ${name}"`);
      expect(JSON.stringify(sets.get(`${other}-pods`), entries)).not.toContain(WEB);
      expect(chains.get("forward")?.rules).toEqual([
        "ct state established,related accept",
        "ip saddr vmap @egress-pods",
        "ip daddr vmap @ingress-pods",
      ]);
    }
  });

  it("IPv6 neighbour discovery always passes", () => {
    const { chains } = gateOf({}, { family: 6 });
    expect(chains.get("forward")?.rules).toEqual([
      "ct state established,related accept",
      "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
      "ip6 saddr vmap @egress-pods",
      "ip6 daddr vmap @ingress-pods",
    ]);
  });
});
