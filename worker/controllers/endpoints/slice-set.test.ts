import { describe, expect, it } from "vitest";
import type { Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { endpoints, pod, service, slices, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";
import { planSlices, type SliceOwner } from "./slice-set.ts";

const labels = { "kubernetes.io/service-name": "s" };
const owner: SliceOwner = {
  service: { ...service(), metadata: { name: "s", namespace: "ns", uid: "u" } } as Stored<Service>,
  labels,
};
const ports = [{ name: "", port: 80, protocol: "TCP" }];
const endpoint = (name: string): Endpoint => ({ addresses: [name], conditions: { ready: true } });
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => endpoint(`${prefix}.${i}`));

/** One slice for each list of endpoints, named `0`, `1`, … */
const stored = (...lists: readonly Endpoint[][]) =>
  lists.map((list, i) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: String(i),
      namespace: "ns",
      uid: String(i),
      labels,
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name: "s", uid: "u" }],
    },
    addressType: "IPv4",
    endpoints: list,
    ports,
  })) as unknown as Stored<EndpointSlice>[];

/** The changed slices by name (`new` if created) and size, and the deleted ones. */
function changesOf(existing: readonly Stored<EndpointSlice>[], wanted: readonly Endpoint[]): string[] {
  const plan = planSlices("IPv4", [{ addressType: "IPv4", ports, endpoints: wanted }], existing, owner);
  const changed = plan.slices.filter(({ changes }) => changes);
  return [
    ...changed.map((slice) => `${slice.stored?.metadata.name ?? "new"}: ${slice.endpoints.length}`),
    ...plan.stale.map(({ metadata }) => `${metadata.name}: gone`),
  ].sort();
}

describe("CTL-EP-PACK: new endpoints", () => {
  it.each<[string, readonly Endpoint[][], number, string[]]>([
    ["go to the slice in which all of them fit most closely", [named("a", 95), named("b", 90)], 8, ["1: 98"]],
    ["get a slice of their own if they fit in none", [named("a", 95), named("b", 94)], 8, ["new: 8"]],
    ["fill whole slices before others", [named("a", 50)], 130, ["0: 80", "new: 100"]],
  ])("%s", (_, lists, count, changes) => {
    expect(changesOf(stored(...lists), [...lists.flat(), ...named("n", count)])).toEqual(changes);
  });

  it("go to slices that change anyway, the fullest first, even if they fit in another", () => {
    const [a, b, c] = [named("a", 95), named("b", 99), named("c", 10)];
    const wanted = [...a.slice(1), ...b.slice(1), ...c, ...named("n", 7)];
    expect(changesOf(stored(a, b, c), wanted)).toEqual(["0: 99", "1: 100"]);
  });
});

describe("a slice", () => {
  it("changes if one of its endpoints does", () => {
    const [a, b] = [named("a", 2), named("b", 2)];
    const wanted = [{ ...a[0], conditions: { ready: false } } as Endpoint, ...a.slice(1), ...b];
    expect(changesOf(stored(a, b), wanted)).toEqual(["0: 2"]);
  });

  it("goes with the last of its endpoints", () => {
    const [a, b] = [named("a", 2), named("b", 2)];
    expect(changesOf(stored(a, b), b)).toEqual(["0: gone"]);
  });

  it("of an earlier service of the same name is replaced", () => {
    const [slice] = stored(named("a", 2));
    const others = { ...slice, metadata: { ...slice?.metadata, ownerReferences: [] } } as Stored<EndpointSlice>;
    expect(changesOf([others], named("a", 2))).toEqual(["0: gone", "new: 2"]);
  });
});

it("CTL-EP-ENDING: a service that is being deleted keeps its endpoints up to date, but gets no new slice", async () => {
  const at = start();
  at.cluster.put("pods", pod("a", "10.0.0.1"));
  at.cluster.put("pods", pod("b", "10.0.0.2"));
  const ending = { ...service(), metadata: { ...service().metadata, finalizers: ["example.com/held"] } };
  at.cluster.put("services", ending);
  await at.settle();
  at.cluster.change("services", "ns", "s", (draft) => {
    draft.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  });
  at.cluster.change("pods", "ns", "a", (draft) => {
    (draft as ReturnType<typeof pod>).status.conditions = [{ type: "Ready", status: "False" }];
  });
  await at.settle();
  expect(endpoints(at)?.subsets?.[0]?.addresses?.map(({ ip }) => ip)).toEqual(["10.0.0.2"]);
  expect(slices(at)[0]?.endpoints?.map(({ conditions }) => conditions?.ready)).toEqual([false, true]);
  at.cluster.remove("endpointslices.discovery.k8s.io", "ns", slices(at)[0]?.metadata.name ?? "");
  await at.settle();
  expect(slices(at)).toEqual([]);
});
