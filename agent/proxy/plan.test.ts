import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Service } from "../../api/generated/core.v1.ts";
import type { Endpoint, EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { reachable } from "../../test/oracles/reachable.ts";
import { type ProxyFacts, planRules, RulePlanner } from "./plan.ts";
import type { FamilyRules, RuleSet } from "./rule-set.ts";

const HERE = "n1";
const CLUSTER_IP = "10.96.0.50";
const EXTERNAL = "203.0.113.9";
const POD = "10.244.0.77";
const OUTSIDER = "198.51.100.1";

const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  metadata: { namespace: "default", name: "web" },
  spec: { clusterIP: CLUSTER_IP, clusterIPs: [CLUSTER_IP], ipFamilies: ["IPv4"], ports: [{ port: 80 }], ...spec },
  status: {},
});

const sliceOf = (endpoints: Endpoint[], over: Partial<EndpointSlice> = {}): EndpointSlice => ({
  metadata: { namespace: "default", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  ports: [{ port: 8080, protocol: "TCP" }],
  endpoints,
  ...over,
});

const plan = (services: Service[], slices: EndpointSlice[], over: Partial<ProxyFacts> = {}): FamilyRules =>
  planRules({
    services,
    slices,
    node: { name: HERE, zone: "z1", addresses: [] },
    podRanges: ["10.244.0.0/24"],
    ownRanges: ["10.244.0.0/24"],
    instead: new Map(),
    ...over,
  }).v4;

const at = (rules: FamilyRules, from: string, to: string, port = 80) =>
  reachable(rules, { from, to, port, protocol: "tcp", node: "192.0.2.1" });

const here: Endpoint = { addresses: ["10.244.0.5"], nodeName: HERE };
const there: Endpoint = { addresses: ["10.244.1.5"], nodeName: "n2" };
const both = ["10.244.0.5:8080", "10.244.1.5:8080"];

describe("PROXY-GIVEN: a Service's cluster address", () => {
  const metadata = { namespace: "a", name: "thief" };
  const thief = service({
    clusterIP: "10.96.0.66",
    clusterIPs: ["10.96.0.66"],
    ports: [{ port: 80 }, { name: "other", port: 81 }],
    externalIPs: [CLUSTER_IP, EXTERNAL],
  });
  const stolen = sliceOf([{ addresses: ["10.244.1.6"] }], {
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "thief" } },
    ports: [
      { port: 8080, protocol: "TCP" },
      { name: "other", port: 8080, protocol: "TCP" },
    ],
  });

  it("is not another's external address", () => {
    const rules = plan([service(), { ...thief, metadata }], [sliceOf([here]), stolen]);
    expect(at(rules, POD, CLUSTER_IP)).toMatchObject({ backends: ["10.244.0.5:8080"] });
    expect(at(rules, POD, CLUSTER_IP, 81)).toBe("reject");
    expect(at(rules, POD, EXTERNAL, 81)).toMatchObject({ backends: ["10.244.1.6:8080"] });
  });
});

describe("a connection to a Service", () => {
  it("PROXY-MASQUERADE: reaches the endpoints through the cluster IP; outside clients are masqueraded", () => {
    const rules = plan([service()], [sliceOf([here, there])]);
    expect(at(rules, POD, CLUSTER_IP)).toEqual({ backends: both, masqueraded: false });
    expect(at(rules, OUTSIDER, CLUSTER_IP)).toEqual({ backends: both, masqueraded: true });
  });

  it("PROXY-REFUSE: is rejected if there is no endpoint", () => {
    expect(at(plan([service()], []), POD, CLUSTER_IP)).toBe("reject");
  });

  it("PROXY-OTHERS: does not reach endpoints of headless slices", () => {
    const labels = { "kubernetes.io/service-name": "web", "service.kubernetes.io/headless": "" };
    const hidden = sliceOf([there], { metadata: { namespace: "default", name: "web-2", labels } });
    expect(at(plan([service()], [sliceOf([here]), hidden]), POD, CLUSTER_IP)).toMatchObject({ backends: [both[0]] });
    expect(at(plan([service()], [hidden]), POD, CLUSTER_IP)).toBe("reject");
  });

  it("is rejected at a port that the Service does not have", () => {
    expect(at(plan([service()], [sliceOf([here])]), POD, CLUSTER_IP, 81)).toBe("reject");
  });

  it("reaches terminating endpoints that still serve only if none is ready", () => {
    const going = { ...here, conditions: { ready: false, serving: true, terminating: true } };
    expect(at(plan([service()], [sliceOf([going, there])]), POD, CLUSTER_IP)).toMatchObject({ backends: [both[1]] });
    expect(at(plan([service()], [sliceOf([going])]), POD, CLUSTER_IP)).toMatchObject({ backends: [both[0]] });
    const gone = { ...here, conditions: { ready: false, serving: false, terminating: true } };
    expect(at(plan([service()], [sliceOf([gone])]), POD, CLUSTER_IP)).toBe("reject");
  });

  it("reaches node ports at the node, and external IPs", () => {
    const open = service({ type: "NodePort", ports: [{ port: 80, nodePort: 30080 }], externalIPs: [EXTERNAL] });
    const rules = plan([open], [sliceOf([here, there])]);
    for (const [to, port] of [["192.0.2.1", 30080] as const, [EXTERNAL, 80] as const])
      expect(at(rules, OUTSIDER, to, port)).toEqual({ backends: both, masqueraded: true });
    expect(at(rules, OUTSIDER, "192.0.2.1", 80)).toBe("pass");
  });

  it("keeps its source address with externalTrafficPolicy Local, at nodes with an endpoint only", () => {
    const open = service({
      type: "NodePort",
      externalTrafficPolicy: "Local",
      ports: [{ port: 80, nodePort: 30080 }],
    });
    const ask = (endpoints: Endpoint[], from: string) =>
      at(plan([open], [sliceOf(endpoints)]), from, "192.0.2.1", 30080);
    expect(ask([here, there], OUTSIDER)).toEqual({ backends: [both[0]], masqueraded: false });
    expect(ask([there], OUTSIDER)).toBe("drop");
    expect(ask([], OUTSIDER)).toBe("reject");
    expect(ask([here, there], POD)).toEqual({ backends: both, masqueraded: false });
    expect(ask([there], "192.0.2.1")).toEqual({ backends: [both[1]], masqueraded: true });
  });

  it("stays on the node with internalTrafficPolicy Local", () => {
    const inner = service({ internalTrafficPolicy: "Local" });
    expect(at(plan([inner], [sliceOf([here, there])]), POD, CLUSTER_IP)).toMatchObject({ backends: [both[0]] });
    expect(at(plan([inner], [sliceOf([there])]), POD, CLUSTER_IP)).toBe("drop");
  });

  it("PROXY-GUARD: reaches a load balancer's address from its source ranges only, unless ipMode is Proxy", () => {
    const open = (ipMode: string): Service => ({
      ...service({ type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] }),
      status: { loadBalancer: { ingress: [{ ip: EXTERNAL, ipMode }] } },
    });
    const rules = plan([open("VIP")], [sliceOf([here])]);
    expect(at(rules, OUTSIDER, EXTERNAL)).toMatchObject({ backends: [both[0]] });
    expect(at(rules, "192.0.2.200", EXTERNAL)).toBe("drop");
    expect(at(plan([open("Proxy")], [sliceOf([here])]), OUTSIDER, EXTERNAL)).toBe("pass");
  });

  it.each([
    ["198.51.100.0/24", "198.51.100.7", ["198.51.100.0/24", EXTERNAL]],
    ["198.51.100.0/24", "198.51.101.7", ["198.51.100.0/24"]],
    ["2001:db8::/64", "198.51.100.7", undefined],
  ])("PROXY-GUARD: range %s admits, on node %s, %j", (range, own, sources) => {
    const guarded: Service = {
      ...service({ type: "LoadBalancer", loadBalancerSourceRanges: [range] }),
      status: { loadBalancer: { ingress: [{ ip: EXTERNAL }] } },
    };
    const { frontends } = plan([guarded], [sliceOf([here])], { node: { name: HERE, zone: "", addresses: [own] } });
    expect(frontends.find(({ address }) => address === EXTERNAL)?.sources).toEqual(sources);
  });

  it("prefers endpoints hinted for this zone, if all have hints", () => {
    const near = { ...here, hints: { forZones: [{ name: "z1" }] } };
    const far = { ...there, hints: { forZones: [{ name: "z2" }] } };
    expect(at(plan([service()], [sliceOf([near, far])]), POD, CLUSTER_IP)).toMatchObject({ backends: [both[0]] });
    expect(at(plan([service()], [sliceOf([near, there])]), POD, CLUSTER_IP)).toMatchObject({ backends: both });
  });

  it("is redirected if the node overrides the Service", () => {
    const rules = plan([service()], [sliceOf([there])], {
      instead: new Map([["default/web", { address: "10.244.0.1", port: 6443 }]]),
    });
    expect(at(rules, POD, CLUSTER_IP)).toMatchObject({ backends: ["10.244.0.1:6443"] });
  });

  it("is redirected even with internalTrafficPolicy Local", () => {
    const rules = plan([service({ internalTrafficPolicy: "Local" })], [], {
      instead: new Map([["default/web", { address: "10.244.0.1", port: 6443 }]]),
    });
    expect(at(rules, POD, CLUSTER_IP)).toMatchObject({ backends: ["10.244.0.1:6443"] });
    expect(rules.localBackends).toEqual(["10.244.0.1"]);
  });

  it("reaches a load balancer's address from everywhere if the Service names no source ranges", () => {
    const open: Service = {
      ...service({ type: "LoadBalancer" }),
      status: { loadBalancer: { ingress: [{ ip: EXTERNAL }] } },
    };
    const rules = plan([open], [sliceOf([here])]);
    expect(at(rules, OUTSIDER, EXTERNAL)).toMatchObject({ backends: [both[0]] });
    expect(rules.frontends.find(({ address }) => address === EXTERNAL)).not.toHaveProperty("sources");
  });

  it.each([
    [{}, undefined],
    [{ sessionAffinity: "None" }, undefined],
    [{ sessionAffinity: "ClientIP" }, 10_800],
    [{ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } } }, 7],
  ])("to a Service with %j stays with the same endpoint for %s s", (spec, seconds) => {
    const [pool] = plan([service(spec)], [sliceOf([here])]).pools;
    expect(pool && "affinitySeconds" in pool ? pool.affinitySeconds : undefined).toBe(seconds);
    expect(Object.keys(pool ?? {})).toHaveLength(seconds === undefined ? 3 : 4);
  });

  it.each<[string, Partial<Service["spec"]>, number, number]>([
    ["of one family, known only by its addresses", { ipFamilies: [] }, 1, 0],
    ["of the family in its ipFamilies", { ipFamilies: ["IPv6"], clusterIPs: ["fd00::50"] }, 0, 1],
    ["of both families", { ipFamilies: ["IPv4", "IPv6"], clusterIPs: [CLUSTER_IP, "fd00::50"] }, 1, 1],
    ["with a single clusterIP", { ipFamilies: [], clusterIPs: undefined as never }, 1, 0],
  ])("reaches a Service %s", (_, spec, v4, v6) => {
    const facts = { node: { name: HERE, zone: "z1", addresses: [] }, podRanges: [], ownRanges: [], instead: new Map() };
    const rules = planRules({ ...facts, services: [service(spec)], slices: [] });
    expect([rules.v4.frontends.length, rules.v6.frontends.length]).toEqual([v4, v6]);
  });

  it("reaches a node port in the Service's IP families only", () => {
    const facts = { node: { name: HERE, zone: "z1", addresses: [] }, podRanges: [], ownRanges: [], instead: new Map() };
    const open = { type: "NodePort", ports: [{ port: 80, nodePort: 30_080 }] };
    const ports = (more: Partial<Service["spec"]>) => {
      const rules = planRules({ ...facts, services: [service({ ...open, ...more })], slices: [] });
      return [rules.v4, rules.v6].map(({ frontends }) => frontends.filter(({ port }) => port === 30_080).length);
    };
    expect(ports({ ipFamilies: ["IPv6"], clusterIPs: ["fd00::50"] })).toEqual([0, 1]);
    expect(ports({ ipFamilies: [] })).toEqual([1, 0]);
  });

  it("has rules in the same order, whatever the order of Services", () => {
    const named = (name: string) => ({ ...service(), metadata: { namespace: "default", name } });
    const slice = (name: string) =>
      sliceOf([here], { metadata: { namespace: "default", labels: { "kubernetes.io/service-name": name } } });
    const [a, b] = [named("a"), named("b")];
    const one = plan([a, b], [slice("a"), slice("b")]);
    const other = plan([b, a], [slice("b"), slice("a")]);
    expect([other.frontends, other.pools]).toEqual([one.frontends, one.pools]);
    expect(one.pools.map(({ id }) => id)).toEqual(["default/a/tcp/80", "default/b/tcp/80"]);
  });

  it.each<[string, Partial<Service["spec"]>]>([
    ["a headless Service", { clusterIP: "None", clusterIPs: ["None"] }],
    ["an ExternalName", { type: "ExternalName", externalName: "example.com" }],
  ])("needs no rules for %s", (_, spec) => {
    expect(plan([service(spec)], [sliceOf([here])])).toMatchObject({ frontends: [], pools: [] });
  });
});

it("PROXY-READY: a Service reaches every ready endpoint and no other, in whatever slices (property)", () => {
  const endpoint = fc.record({
    address: fc.integer({ min: 1, max: 30 }).map((n) => `10.244.${n % 3}.${n}`),
    ready: fc.boolean(),
    terminating: fc.boolean(),
    node: fc.constantFrom("n1", "n2", undefined),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(endpoint, { selector: ({ address }) => address, maxLength: 20 }),
      fc.nat(4),
      (all, cut) => {
        const endpoints = all.map(
          ({ address, ready, terminating, node }): Endpoint => ({
            addresses: [address],
            conditions: { ready, serving: ready || terminating, terminating },
            ...(node !== undefined && { nodeName: node }),
          }),
        );
        const slices = [sliceOf(endpoints.slice(0, cut)), sliceOf(endpoints.slice(cut))];
        const ready = all.filter((each) => each.ready);
        const expected = (ready.length > 0 ? ready : all.filter(({ terminating }) => terminating))
          .map(({ address }) => `${address}:8080`)
          .sort();
        const outcome = at(plan([service()], slices), POD, CLUSTER_IP);
        expect(outcome).toEqual(expected.length === 0 ? "reject" : { backends: expected, masqueraded: false });
      },
    ),
  );
});

describe("an incremental planner", () => {
  it("plans the same as a fresh one, and plans again only what has changed", () => {
    const planner = new RulePlanner();
    const one = service();
    const other = { ...service({ clusterIPs: ["10.96.0.51"] }), metadata: { namespace: "default", name: "other" } };
    const otherSlice = sliceOf([here], {
      metadata: { namespace: "default", labels: { "kubernetes.io/service-name": "other" } },
    });
    const facts = (slices: EndpointSlice[], over: Partial<ProxyFacts> = {}): ProxyFacts => ({
      services: [one, other],
      slices,
      node: { name: HERE, zone: "z1", addresses: [] },
      podRanges: [],
      ownRanges: [],
      instead: new Map(),
      ...over,
    });
    const first = planner.plan(facts([sliceOf([here, there]), otherSlice]));
    const then = planner.plan(facts([sliceOf([here]), otherSlice]));
    const poolOf = ({ v4 }: RuleSet, name: string) => v4.pools.find(({ id }) => id.startsWith(`default/${name}/`));
    expect(poolOf(then, "other")).toBe(poolOf(first, "other"));
    expect(poolOf(then, "web")?.backends).toHaveLength(1);
    for (const changed of [
      facts([sliceOf([there])]),
      facts([sliceOf([here, there])], { node: { name: "n2", zone: "z2", addresses: [] } }),
      facts([sliceOf([here])], { instead: new Map([["default/web", { address: "10.244.0.1", port: 1 }]]) }),
      facts([sliceOf([here])]),
    ])
      expect(planner.plan(changed)).toEqual(planRules(changed));
  });
});
