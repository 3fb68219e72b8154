import { describe, expect, it } from "vitest";
import type { Backend, FamilyRules, Frontend } from "./rule-set.ts";
import { mayLeaveFlows, staleFlows } from "./stale-flows.ts";

const SERVICE = "10.96.0.9";
const NODE = "192.0.2.1";

const rules = (
  backends: readonly Backend[],
  more: Pick<FamilyRules, "frontends" | "pools"> = NO_MORE,
): FamilyRules => ({
  family: 4,
  clusterAddresses: [SERVICE],
  podRanges: [],
  ownRanges: [],
  localBackends: [],
  pools: [...(backends.length > 0 ? [{ id: "dns", protocol: "udp", backends } as const] : []), ...more.pools],
  frontends: [
    {
      id: "door",
      address: SERVICE,
      protocol: "udp",
      port: 53,
      route: backends.length > 0 ? { to: "pool", pool: "dns", masquerade: "outsiders" } : { to: "reject" },
    },
    ...more.frontends,
  ],
});
const NO_MORE = { frontends: [], pools: [] };
const NO_RULES: FamilyRules = { ...rules([]), frontends: [] };

const one = { address: "10.244.0.5", port: 53 };
const other = { address: "10.244.0.6", port: 53 };

const nodePort: Frontend = {
  id: "node",
  protocol: "udp",
  port: 30053,
  route: { to: "pool", pool: "all", masquerade: "everyone" },
};
const atNode = (backends: readonly Backend[]) => ({
  frontends: [nodePort],
  pools: [{ id: "all", protocol: "udp", backends } as const],
});

let clientPort = 4000;
const flow = (to: string, port: number, { address, port: backendPort }: Backend = { address: to, port }) =>
  `udp      17 25 src=10.244.0.9 dst=${to} sport=${++clientPort} dport=${port} [UNREPLIED] src=${address} dst=10.244.0.9 sport=${backendPort} dport=${clientPort} mark=0 use=1`;

const deletions = (flows: readonly string[], after: FamilyRules, before?: FamilyRules) =>
  staleFlows([...flows, "conntrack v1.4.7: flow entries have been shown."].join("\n"), after, before).map((words) => {
    expect(words.splice(0, 5)).toEqual(["-D", "-f", "ipv4", "-p", "udp"]);
    return words.join(" ");
  });

const toService = (backend?: Backend) => flow(SERVICE, 53, backend);
const at = ({ address, port }: Backend, place = `${SERVICE} --dport 53`) =>
  `-d ${place} --reply-src ${address} --reply-port-src ${port}`;

describe("PROXY-UDP: flows that are deleted", () => {
  it("those of a backend that is gone, together", () =>
    expect(deletions([toService(one), toService(one), toService(other)], rules([other]), rules([one, other]))).toEqual([
      "--dst-nat 10.244.0.5",
    ]));

  it("those of a backend that has moved to another port", () =>
    expect(deletions([toService(one)], rules([{ ...one, port: 54 }]), rules([one]))).toEqual([at(one)]));

  it("those that began before the first backend, also at a node port", () => {
    expect(deletions([toService()], rules([one]), rules([]))).toEqual([at({ address: SERVICE, port: 53 })]);
    const flows = [flow(NODE, 30053), flow(NODE, 30054)];
    expect(deletions(flows, rules([one], atNode([one])), rules([one]))).toEqual([
      at({ address: NODE, port: 30053 }, `${NODE} --dport 30053`),
    ]);
    expect(deletions(flows, rules([one], atNode([one])), rules([one], atNode([one])))).toEqual([]);
  });

  it("those of a Service that is gone, whose backend others have", () =>
    expect(
      deletions(
        [toService(one), flow(NODE, 30053, one)],
        { ...NO_RULES, ...atNode([one]) },
        rules([one], atNode([one])),
      ),
    ).toEqual([at(one)]));

  it("those of a backend at the Service that no longer uses it", () => {
    const flows = [toService(one), toService(other), flow(NODE, 30053, one)];
    const all = atNode([one, other]);
    expect(deletions(flows, rules([other], all), rules([one, other], all))).toEqual([at(one)]);
  });

  it("after the agent was away, those whose backends left meanwhile", () => {
    const moved = { ...one, port: 54 };
    const flows = [toService(one), toService(other), toService(), toService(moved), flow("8.8.8.8", 53)];
    expect(deletions(flows, rules([one]))).toEqual([
      "--dst-nat 10.244.0.6",
      at({ address: SERVICE, port: 53 }),
      at(moved),
    ]);
    expect(deletions(flows, NO_RULES)).toEqual([]);
  });
});

it.each([
  ["a backend left", rules([one, other]), rules([other]), true],
  ["a backend has moved to another port", rules([one]), rules([{ ...one, port: 54 }]), true],
  ["there is a first backend", rules([]), rules([one]), true],
  ["the Service is gone", rules([one]), NO_RULES, true],
  ["there is one more backend", rules([one]), rules([one, other]), false],
  ["nothing changed", rules([one]), rules([one]), false],
])("PROXY-UDP: flows are listed if they may be stale: when %s", (_, before, after, expected) =>
  expect(mayLeaveFlows(before, after)).toBe(expected),
);
