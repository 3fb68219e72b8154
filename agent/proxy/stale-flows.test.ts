import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../api/generated/discovery.v1.ts";
import { planRules } from "./plan.ts";
import type { Backend, FamilyRules, Frontend } from "./rule-set.ts";
import { mayLeaveFlows, staleFlows } from "./stale-flows.ts";

const SERVICE = "10.96.0.9";
const NODE = "192.0.2.1";

const rules = (backends: readonly Backend[], more: readonly Frontend[] = []): FamilyRules => ({
  family: 4,
  clusterAddresses: [SERVICE],
  podRanges: [],
  ownRanges: [],
  localBackends: [],
  pools: [],
  frontends: [
    { id: "door", address: SERVICE, protocol: "udp", port: 53, route: { to: "drop" }, serving: backends },
    ...more,
  ],
});
const NO_RULES: FamilyRules = { ...rules([]), frontends: [] };

const one = { address: "10.244.0.5", port: 53 };
const other = { address: "10.244.0.6", port: 53 };

const atNode = (serving: readonly Backend[]): Frontend[] => [
  { id: "node", protocol: "udp", port: 30053, route: { to: "drop" }, serving },
];

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
      at(one),
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

  it("those of a backend at the Service that no longer has it", () => {
    const flows = [toService(one), toService(other), flow(NODE, 30053, one)];
    const all = atNode([one, other]);
    expect(deletions(flows, rules([other], all), rules([one, other], all))).toEqual([at(one)]);
  });

  it("none of a Service that is gone, or that nothing serves: as with TCP, clients keep what they have", () => {
    const flows = [toService(one), flow(NODE, 30053, one)];
    for (const after of [NO_RULES, rules([], atNode([]))])
      expect(deletions(flows, after, rules([one], atNode([one])))).toEqual([]);
  });

  it("after the agent was away, those whose backends left meanwhile", () => {
    const moved = { ...one, port: 54 };
    const flows = [toService(one), toService(other), toService(), toService(moved), flow("8.8.8.8", 53)];
    expect(deletions(flows, rules([one]))).toEqual([at(other), at({ address: SERVICE, port: 53 }), at(moved)]);
    expect(deletions(flows, NO_RULES)).toEqual([]);
  });
});

it.each([
  ["a backend left", rules([one, other]), rules([other]), true],
  ["a backend has moved to another port", rules([one]), rules([{ ...one, port: 54 }]), true],
  ["there is a first backend", rules([]), rules([one]), true],
  ["the Service is gone", rules([one]), NO_RULES, false],
  ["nothing serves any more", rules([one]), rules([]), false],
  ["there is one more backend", rules([one]), rules([one, other]), false],
  ["nothing changed", rules([one]), rules([one]), false],
])("PROXY-UDP: flows are listed if they may be stale: when %s", (_, before, after, expected) =>
  expect(mayLeaveFlows(before, after)).toBe(expected),
);

it("PROXY-UDP: a backend that serves keeps its clients at each of the Service's places, whoever gets new ones", () => {
  const planned = (endpoints: Endpoint[]) =>
    planRules({
      services: [
        {
          metadata: { namespace: "default", name: "dns" },
          spec: {
            type: "NodePort",
            clusterIP: SERVICE,
            clusterIPs: [SERVICE],
            externalIPs: ["203.0.113.9"],
            externalTrafficPolicy: "Local",
            internalTrafficPolicy: "Local",
            ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }],
          },
          status: {},
        },
      ],
      slices: [
        {
          metadata: { namespace: "default", name: "dns-1", labels: { "kubernetes.io/service-name": "dns" } },
          addressType: "IPv4",
          ports: [{ port: 53, protocol: "UDP" }],
          endpoints,
        },
      ],
      node: { name: "n1", zone: "", addresses: [] },
      podRanges: [],
      ownRanges: [],
      instead: new Map(),
    }).v4;
  const here: Endpoint = { addresses: [one.address], nodeName: "n1" };
  const there: Endpoint = { addresses: [other.address], nodeName: "n2" };
  const flows = [one, other].flatMap((backend) => [
    toService(backend),
    flow("203.0.113.9", 53, backend),
    flow(NODE, 30053, backend),
  ]);
  const before = planned([here, there]);
  const ends = { ...here, conditions: { ready: false, terminating: true } };
  expect(deletions(flows, planned([ends, there]), before)).toEqual([]);
  const ended = { ...here, conditions: { ready: false, serving: false, terminating: true } };
  expect(deletions(flows, planned([ended, there]), before)).toEqual([
    at(one),
    at(one, "203.0.113.9 --dport 53"),
    at(one, `${NODE} --dport 30053`),
  ]);
});
