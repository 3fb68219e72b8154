import { expect, it } from "vitest";
import type { Backend, FamilyRules } from "./rule-set.ts";
import { missedFlows, staleFlows } from "./stale-flows.ts";

const rules = (backends: readonly Backend[]): FamilyRules => ({
  family: 4,
  clusterAddresses: ["10.96.0.9"],
  podRanges: [],
  ownRanges: [],
  localBackends: [],
  pools: backends.length > 0 ? [{ id: "dns", protocol: "udp", backends }] : [],
  frontends: [
    {
      id: "door",
      address: "10.96.0.9",
      protocol: "udp",
      port: 53,
      route: backends.length > 0 ? { to: "pool", pool: "dns", masquerade: "outsiders" } : { to: "reject" },
    },
  ],
});

const one = { address: "10.244.0.5", port: 53 };
const other = { address: "10.244.0.6", port: 53 };

it.each([
  ["a backend that is gone", rules([one, other]), rules([other]), ["-D -f ipv4 -p udp --dst-nat 10.244.0.5"]],
  [
    "a backend that has moved to another port",
    rules([one, other]),
    rules([{ ...one, port: 54 }, other]),
    ["-D -f ipv4 -p udp --dport 53 -d 10.96.0.9 --dst-nat 10.244.0.5 --reply-port-src 53"],
  ],
  ["a first backend", rules([]), rules([one]), ["-D -f ipv4 -p udp --dport 53 -d 10.96.0.9"]],
  ["a second backend", rules([one]), rules([one, other]), []],
])("PROXY-UDP: conntrack entries of UDP clients are deleted for %s", (_, before, after, expected) => {
  expect(staleFlows(before, after).map((words) => words.join(" "))).toEqual(expected);
});

it("conntrack entries of a backend are deleted only for the Service that no longer uses it", () => {
  const both = (backends: readonly Backend[]): FamilyRules => {
    const [mine, others] = [rules(backends), rules([one, other])];
    const frontend = {
      id: "node",
      protocol: "udp",
      port: 30053,
      route: { to: "pool", pool: "all", masquerade: "everyone" },
    } as const;
    return {
      ...mine,
      pools: [...mine.pools, ...others.pools.map((pool) => ({ ...pool, id: "all" }))],
      frontends: [...mine.frontends, frontend],
    };
  };
  expect(staleFlows(both([one, other]), both([other])).map((words) => words.join(" "))).toEqual([
    "-D -f ipv4 -p udp --dport 53 -d 10.96.0.9 --dst-nat 10.244.0.5 --reply-port-src 53",
  ]);
});

it("a restarted agent deletes only conntrack entries whose backends left meanwhile", () => {
  const flow = (to: string, port: number, backend: string, backendPort = 53) =>
    `udp      17 25 src=10.244.0.9 dst=${to} sport=4000 dport=${port} [UNREPLIED] src=${backend} dst=10.244.0.9 sport=${backendPort} dport=4000 mark=0 use=1`;
  const listed = [
    flow("10.96.0.9", 53, "10.244.0.5"),
    flow("10.96.0.9", 53, "10.244.0.6"),
    flow("10.96.0.9", 53, "10.96.0.9").replace("[UNREPLIED] ", ""),
    flow("10.96.0.9", 53, "10.244.0.5", 54),
    flow("8.8.8.8", 53, "8.8.8.8"),
    "conntrack v1.4.7 (conntrack-tools): 4 flow entries have been shown.",
  ].join("\n");
  const forgotten = "-D -f ipv4 -p udp -s 10.244.0.9 -d 10.96.0.9 --sport 4000 --dport 53";
  expect(missedFlows(listed, rules([one])).map((words) => words.join(" "))).toEqual([forgotten, forgotten, forgotten]);
  expect(missedFlows(listed, rules([]))).toEqual([]);
});
