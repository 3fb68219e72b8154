import { expect, it } from "vitest";
import type { Backend, FamilyRules } from "./rule-set.ts";
import { staleFlows } from "./stale-flows.ts";

const rules = (backends: readonly Backend[]): FamilyRules => ({
  family: 4,
  clusterAddresses: ["10.96.0.9"],
  podRanges: [],
  ownRanges: [],
  localBackends: [],
  pools: backends.length > 0 ? [{ id: "dns", protocol: "udp", backends }] : [],
  doors: [
    {
      id: "door",
      address: "10.96.0.9",
      protocol: "udp",
      port: 53,
      way: backends.length > 0 ? { to: "pool", pool: "dns", masquerade: "outsiders" } : { to: "reject" },
    },
  ],
});

const one = { address: "10.244.0.5", port: 53 };
const other = { address: "10.244.0.6", port: 53 };

it.each([
  ["a backend that is gone", rules([one, other]), rules([other]), ["-D -f ipv4 -p udp --dst-nat 10.244.0.5"]],
  ["a first backend", rules([]), rules([one]), ["-D -f ipv4 -p udp --dport 53 -d 10.96.0.9"]],
  ["a second backend", rules([one]), rules([one, other]), []],
])("the kernel forgets UDP clients for %s", (_, before, after, expected) => {
  expect(staleFlows(before, after).map((words) => words.join(" "))).toEqual(expected);
});
