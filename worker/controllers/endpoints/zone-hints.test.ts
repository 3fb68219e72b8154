import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node, Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint } from "../../../api/generated/discovery.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { endpointSliceController } from "./endpoint-slices.ts";
import type { PlannedSlice } from "./slice-set.ts";
import { hintedByZone, zoneShares } from "./zone-hints.ts";

const slice = (endpoints: readonly Endpoint[], changes = true): PlannedSlice => ({
  addressType: "IPv4",
  ports: [],
  endpoints,
  changes,
});
const endpoint = (zone: string, ready = true): Endpoint => ({ addresses: ["a"], conditions: { ready }, zone });
const endpoints = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([zone, count]) => Array.from({ length: count }, () => endpoint(zone)));
const node = (
  name: string,
  zone: string | undefined,
  cpu: string,
  more: { ready?: string; labels?: object } = {},
): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { ...(zone && { "topology.kubernetes.io/zone": zone }), ...more.labels } },
  spec: {},
  status: { allocatable: { cpu }, conditions: [{ type: "Ready", status: more.ready ?? "True" }] },
});
const hintsOf = (outcome: ReturnType<typeof hintedByZone>) =>
  "problem" in outcome
    ? outcome.problem
    : outcome.slices.map(({ endpoints }) => endpoints.map(({ hints }) => hints?.forZones?.[0]?.name ?? "-").join(""));

describe("the share of a zone", () => {
  it.each<[string, Node[], object | undefined]>([
    ["is that of its processors", [node("1", "a", "1"), node("2", "b", "3")], { a: 0.25, b: 0.75 }],
    [
      "is unknown if a node has no zone",
      [node("1", "a", "1"), node("2", "b", "1"), node("3", undefined, "1")],
      undefined,
    ],
    ["is everything if there is only one zone", [node("1", "a", "1"), node("2", "a", "1")], undefined],
    [
      "is without nodes that are not ready, or run the control plane",
      [
        node("1", "a", "1"),
        node("2", "b", "1"),
        node("3", undefined, "9", { ready: "False" }),
        node("4", "a", "9", { labels: { "node-role.kubernetes.io/control-plane": "" } }),
      ],
      { a: 0.5, b: 0.5 },
    ],
  ])("%s", (_, nodes, shares) => {
    const found = zoneShares(nodes);
    expect(found && Object.fromEntries(found)).toEqual(shares);
  });
});

describe("zone hints of endpoints", () => {
  const even = new Map([
    ["a", 0.5],
    ["b", 0.5],
  ]);
  it.each<[string, Record<string, number>, ReadonlyMap<string, number> | undefined, string]>([
    ["are for their own zone", { a: 2, b: 2 }, even, "aabb"],
    ["are lent to the zone that has too few", { a: 3, b: 1 }, even, "baab"],
    [
      "are too few for the least that each zone needs",
      { a: 2, b: 1 },
      even,
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)",
    ],
    ["are too few", { a: 1 }, even, "Insufficient number of endpoints (1 endpoints, 2 zones)"],
    [
      "need to know of their nodes",
      { a: 2 },
      undefined,
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    ],
    ["need a zone", { a: 2, "": 2 }, even, "One or more endpoints do not have a zone specified"],
  ])("%s", (_, counts, shares, hints) => {
    expect([hintsOf(hintedByZone([slice(endpoints(counts))], shares))].flat()).toEqual([hints]);
  });

  it("exclude unready endpoints", () => {
    const listed = [endpoint("a"), endpoint("a", false), endpoint("b")];
    expect(hintsOf(hintedByZone([slice(listed)], even))).toEqual(["a-b"]);
  });

  const hint = (each: Endpoint, zone: string): Endpoint => ({ ...each, hints: { forZones: [{ name: zone }] } });
  it.each<[string, string, string[], boolean]>([
    ["stay in a slice that does not change, and others lend", "abab", ["abab", "ba"], false],
    [
      "are computed again in a slice where a zone has more than leaves the others their minimum",
      "bbbb",
      ["bbba", "aa"],
      true,
    ],
    ["are computed again in a slice that has one for a zone without nodes", "abax", ["bbba", "aa"], true],
    ["are computed again in a slice that lacks one", "aba", ["bbba", "aa"], true],
  ])("CTL-EP-HINTS: %s", (_, stored, hints, changes) => {
    const kept = ["a", "a", "a", "a"].map((zone, i) => (stored[i] ? hint(endpoint(zone), stored[i]) : endpoint(zone)));
    const outcome = hintedByZone([slice(kept, false), slice([endpoint("a"), endpoint("a")])], even);
    expect(hintsOf(outcome)).toEqual(hints);
    expect("slices" in outcome && outcome.slices[0]?.changes).toBe(changes);
  });

  it("never leave a zone with fewer endpoints than the overload threshold requires", () => {
    const counts = fc.record({ a: fc.nat(30), b: fc.nat(30), c: fc.nat(30) });
    const weights = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(counts, weights, (given, cpus) => {
        const shares = zoneShares(["a", "b", "c"].map((zone, i) => node(zone, zone, String(cpus[i]))));
        const all = endpoints(given);
        const outcome = hintedByZone([slice(all)], shares);
        if ("problem" in outcome) return;
        const total = new Map<string, number>();
        for (const { hints } of outcome.slices.flatMap((each) => each.endpoints)) {
          const zone = hints?.forZones?.[0]?.name ?? "";
          total.set(zone, (total.get(zone) ?? 0) + 1);
        }
        for (const [zone, share] of shares ?? [])
          expect(total.get(zone) ?? 0).toBeGreaterThanOrEqual(Math.ceil((share * all.length) / 1.2) - 1);
      }),
    );
  });
});

it("a service with topology hints reports whether they apply, and follows its nodes", async () => {
  const at = controlledCluster([endpointSliceController]);
  const hints = () =>
    at.cluster
      .list("endpointslices.discovery.k8s.io")
      .flatMap(({ endpoints = [] }) => endpoints ?? [])
      .map((each) => each.hints?.forZones?.[0]?.name);
  const pod = (name: string, nodeName: string): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ns", labels: { app: "x" } },
    spec: { nodeName, containers: [] },
    status: { phase: "Running", podIP: `10.0.0.${name}`, conditions: [{ type: "Ready", status: "True" }] },
  });
  at.cluster.put("nodes", node("n1", "a", "1"));
  at.cluster.put("nodes", node("n2", "b", "1"));
  for (const [name, nodeName] of [
    ["1", "n1"],
    ["2", "n1"],
    ["3", "n2"],
    ["4", "n2"],
  ] as const)
    at.cluster.put("pods", pod(name, nodeName));
  at.cluster.put("services", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "ns", annotations: { "service.kubernetes.io/topology-mode": "Auto" } },
    spec: { selector: { app: "x" }, ports: [{ port: 80 }], ipFamilies: ["IPv4"] },
    status: {},
  } as Service);
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(hints()).toEqual(["a", "a", "b", "b"]);
  at.cluster.change("nodes", "", "n2", (draft) => {
    draft.status.conditions = [{ type: "Ready", status: "False" }];
  });
  await at.settle();
  expect(hints()).toEqual([undefined, undefined, undefined, undefined]);
  expect([...new Set(at.cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`))]).toEqual([
    "TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4",
    "TopologyAwareHintsDisabled: Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4",
  ]);
});

it("CTL-EP-HINTS-ASKED: a service that asks for hints in vain is told why, though no slice changes", async () => {
  const at = controlledCluster([endpointSliceController]);
  at.cluster.put("services", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "ns" },
    spec: { selector: { app: "x" }, ports: [{ port: 80 }], ipFamilies: ["IPv4"] },
    status: {},
  } as Service);
  await at.settle();
  const ask = (mode: string) =>
    at.cluster.change<Service>("services", "ns", "s", ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, "service.kubernetes.io/topology-mode": mode };
    });
  const told = () => at.cluster.list("events").map(({ message, count }) => [message, count ?? 1]);
  ask("Disabled");
  await at.settle();
  expect(told()).toEqual([]);
  ask("Auto");
  await at.settle();
  ask("auto");
  await at.settle();
  const why = "allocatable CPU or zone not specified on one or more nodes, addressType: IPv4";
  expect(told()).toEqual([[`Insufficient Node information: ${why}`, 1]]);
});
