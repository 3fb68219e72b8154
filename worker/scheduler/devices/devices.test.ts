import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Device, ResourceSlice } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import {
  claim,
  deviceClass,
  exactly,
  meta,
  one,
  claimant as pod,
  scheduled,
  slice,
  useless,
} from "../../../test/fakes/scheduler/device-objects.ts";
import { node } from "../../../test/fakes/scheduler/scheduler-objects.ts";

describe("a pod with claims of devices", () => {
  test("is placed where its devices are, and each device is allocated once", () => {
    const { told, devices } = scheduled(
      node("a"),
      node("b"),
      deviceClass("gpu"),
      slice("b", [{ name: "d0" }, { name: "d1" }]),
      ...["c0", "c1", "c2"].map((name) => claim(name, one())),
      ...["c0", "c1", "c2"].map((name) => pod(`p-${name}`, name)),
    );
    expect(told).toEqual({ "p-c0": "b", "p-c1": "b", "p-c2": useless("2 cannot allocate all claims", 2) });
    expect(devices).toEqual({ c0: ["d0"], c1: ["d1"] });
  });

  test("selects devices by the CEL expressions of class and request, over attributes and capacity", () => {
    const of = (model: string, memory: string, version = "1.2.3"): Omit<Device, "name"> => ({
      attributes: { model: { string: model }, "gpu.example.com/driverVersion": { version } },
      capacity: { memory: { value: memory } },
    });
    const cel = (expression: string) => [{ cel: { expression } }];
    const { devices } = scheduled(
      node("a"),
      deviceClass("gpu", { selectors: cel('device.driver == "gpu.example.com"') }),
      slice("a", [
        { name: "old", ...of("k80", "80Gi", "0.9.0") },
        { name: "small", ...of("a100", "40Gi") },
        { name: "large", ...of("a100", "80Gi") },
      ]),
      claim(
        "c",
        one({
          selectors: cel(
            'device.attributes["gpu.example.com"].model == "a100" && device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("60Gi")) && device.attributes["gpu.example.com"].driverVersion.isGreaterThan(semver("1.0.0"))',
          ),
        }),
      ),
      claim("lost", one({ selectors: cel('device.attributes["other.example.com"].?x.orValue(1) == 1') })),
      pod("p", "c"),
      pod("q", "lost"),
    );
    expect(devices).toEqual({ c: ["large"], lost: ["old"] });
  });

  test("gets an error that names the failing expression", () => {
    const selectors = [{ cel: { expression: 'device.attributes["gpu.example.com"].none == 1' } }];
    const objects = [node("a"), deviceClass("gpu", { selectors }), slice("a", [{ name: "d" }]), claim("c", one())];
    expect(scheduled(...objects, pod("p", "c")).told.p).toContain(
      'running "DynamicResources" filter plugin: class gpu: selector #0: CEL runtime error:',
    );
  });

  test("SCHED-SELECTOR: is not placed while an expression fails for any node, even if other nodes fit", () => {
    const selectors = [{ cel: { expression: 'device.attributes["gpu.example.com"].exists' } }];
    const has = { exists: { bool: true } };
    const nodes = ["a", "b", "c"].map((name) => node(name));
    const slices = [slice("a", [{ name: "d", attributes: has }]), slice("b", [{ name: "e" }])];
    const { told } = scheduled(...nodes, deviceClass("gpu"), ...slices, claim("c", one({ selectors })), pod("p", "c"));
    expect(told.p).toContain("claim default/c: selector #0: CEL runtime error: no such key: exists");
  });

  test("is not scheduled before its claims exist, nor without their class", () => {
    expect(scheduled(node("a"), pod("p", "nobody")).told).toEqual({ p: "waits" });
    expect(scheduled(node("a"), claim("c", one()), pod("p", "c")).told.p).toBe(
      "0/1 nodes are available: request r: device class gpu does not exist. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
  });

  test("shares an allocated claim on the nodes of its devices", () => {
    const nodeSelector = {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }] }],
    };
    const results = [{ request: "r", driver: "gpu.example.com", pool: "b", device: "d0" }];
    const reservedFor = [{ resource: "pods", name: "first", uid: "first" }];
    const taken = claim("c", one(), { allocation: { devices: { results }, nodeSelector }, reservedFor });
    const { told, state } = scheduled(node("a"), node("b"), deviceClass("gpu"), taken, pod("p", "c"));
    expect(told.p).toBe("b");
    const { status } = state.cluster.get("resourceclaims.resource.k8s.io", "default", "c") ?? taken;
    expect(status.reservedFor?.map(({ name }) => name)).toEqual(["first", "p"]);
    const elsewhere = scheduled(node("a"), deviceClass("gpu"), taken, pod("p", "c"));
    expect(elsewhere.told.p).toBe(useless("1 resourceclaim not available on the node"));
    const nobodys = claim("c", one(), { allocation: { devices: { results }, nodeSelector } });
    const { told: freed } = scheduled(node("a"), deviceClass("gpu"), nobodys, pod("p", "c"));
    expect(freed.p).toContain("deallocation of ResourceClaim completed, preemption:");
  });

  test("takes the first available alternative, all devices in mode All, and devices in use with admin access", () => {
    const small = { name: "small", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 };
    const firstAvailable = [{ ...small, name: "large", count: 3 }, small];
    const { devices, state } = scheduled(
      node("a"),
      deviceClass("gpu", { config: [{ opaque: { driver: "gpu.example.com", parameters: { of: "class" } } }] }),
      slice("a", [{ name: "d0" }, { name: "d1" }]),
      claim("either", { requests: [{ name: "r", firstAvailable }] }),
      claim("all", one({ allocationMode: "All", adminAccess: true })),
      pod("p", "either"),
      pod("q", "all"),
    );
    expect(devices).toEqual({ either: ["d0"], all: ["d0", "d1"] });
    const either = state.cluster.get("resourceclaims.resource.k8s.io", "default", "either");
    expect(either?.metadata.finalizers).toEqual(["resource.kubernetes.io/delete-protection"]);
    expect(either?.status.allocation).toEqual({
      allocationTimestamp: "1970-01-01T00:00:00Z",
      devices: {
        results: [{ request: "r/small", driver: "gpu.example.com", pool: "a", device: "d0" }],
        config: [
          {
            source: "FromClass",
            requests: ["r/small"],
            opaque: { driver: "gpu.example.com", parameters: { of: "class" } },
          },
        ],
      },
      nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] }] },
    });
  });

  test("gets devices of the first pool and slice by name, in the slice's order", () => {
    const pool = (name: string) => ({ pool: { name, generation: 1, resourceSliceCount: name === "p" ? 2 : 1 } });
    const named = (name: string, over: Stored<ResourceSlice>) => ({ ...over, metadata: meta(name) });
    const { devices } = scheduled(
      node("a"),
      deviceClass("gpu"),
      named("a-slice", slice("a", [{ name: "q0" }], pool("q"))),
      named("z-slice", slice("a", [{ name: "p2" }], pool("p"))),
      named("y-slice", slice("a", [{ name: "p1" }, { name: "p0" }], pool("p"))),
      claim("c", one({ count: 3 })),
      pod("p", "c"),
    );
    expect(devices.c).toEqual(["p1", "p0", "p2"]);
  });

  test("gets devices that match its constraints, with backtracking", () => {
    const at = (name: string, numa: number): Device => ({ name, attributes: { numa: { int: numa } } });
    const requests = [
      { name: "r", exactly: exactly() },
      { name: "s", exactly: exactly() },
    ];
    const devices = [at("d0", 0), at("d1", 1), at("d2", 1)];
    const same = { requests, constraints: [{ matchAttribute: "gpu.example.com/numa" }] };
    const objects = [node("a"), deviceClass("gpu"), slice("a", devices)];
    expect(scheduled(...objects, claim("c", same), pod("p", "c")).devices.c).toEqual(["d1", "d2"]);
    const other = { requests, constraints: [{ distinctAttribute: "gpu.example.com/numa" }] };
    expect(scheduled(...objects, claim("c", other), pod("p", "c")).devices.c).toEqual(["d0", "d1"]);
  });

  test("gets no device that is tainted, of an incomplete or outdated pool, or without free counters", () => {
    const gone = useless("1 cannot allocate all claims");
    const told = (slices: Stored<ResourceSlice>[], over: object = {}) =>
      scheduled(node("a"), deviceClass("gpu"), ...slices, claim("c", one(over)), pod("p", "c")).told.p;
    const taints = [{ key: "broken", effect: "NoSchedule" }];
    expect(told([slice("a", [{ name: "d", taints }])])).toBe(gone);
    expect(told([slice("a", [{ name: "d", taints }])], { tolerations: [{ operator: "Exists" }] })).toBe("a");
    const pool = { name: "a", generation: 1, resourceSliceCount: 2 };
    expect(told([slice("a", [{ name: "d" }], { pool })])).toBe(gone);
    const newer = slice("a", [], { pool: { ...pool, generation: 2, resourceSliceCount: 1 } });
    expect(told([slice("a", [{ name: "d" }]), { ...newer, metadata: meta("newer") }])).toBe(gone);
    const counters = (value: string) => ({ memory: { value } });
    const part = (name: string): Device => ({
      name,
      consumesCounters: [{ counterSet: "card", counters: counters("30Gi") }],
    });
    const shared = { sharedCounters: [{ name: "card", counters: counters("40Gi") }] };
    const parts = [slice("a", [part("d0"), part("d1")], shared)];
    expect(told(parts)).toBe("a");
    expect(told(parts, { count: 2 })).toBe(gone);
  });
});

describe("SCHED-SHARE: a device that allows multiple allocations", () => {
  const gone = useless("1 cannot allocate all claims");
  const shared = (capacity: Device["capacity"], over: Partial<Device> = {}): Device => ({
    name: "d",
    allowMultipleAllocations: true,
    ...(capacity && { capacity }),
    ...over,
  });
  const asking = (amount: string, over: object = {}) => one({ capacity: { requests: { memory: amount } }, ...over });
  const given = (device: Device, ...claims: ReturnType<typeof one>[]) =>
    scheduled(
      node("a"),
      deviceClass("gpu"),
      slice("a", [device]),
      ...claims.map((each, i) => claim(`c${i}`, each)),
      ...claims.map((_, i) => pod(`p${i}`, `c${i}`)),
    );

  test("is shared while its capacity lasts, each share with its own id", () => {
    const device = shared({ memory: { value: "10Gi" } });
    const { told, results } = given(device, asking("4Gi"), asking("4Gi"), asking("4Gi"));
    expect(told).toEqual({ p0: "a", p1: "a", p2: gone });
    const share = { request: "r", driver: "gpu.example.com", pool: "a", device: "d" };
    expect(results).toEqual({
      c0: [{ ...share, shareID: "id-1", consumedCapacity: { memory: "4Gi" } }],
      c1: [{ ...share, shareID: "id-2", consumedCapacity: { memory: "4Gi" } }],
    });
  });

  test("is allocated once per request, and without limit if it has no capacity", () => {
    expect(given(shared({ memory: { value: "10Gi" } }), asking("4Gi", { count: 2 })).told).toEqual({ p0: gone });
    expect(given(shared(undefined), one(), one()).told).toEqual({ p0: "a", p1: "a" });
  });

  test.each<
    [what: string, policy: NonNullable<Device["capacity"]>[string]["requestPolicy"], asked: string, is: string]
  >([
    ["the next of its values", { default: "1Gi", validValues: ["1Gi", "4Gi"] }, "2Gi", "4Gi"],
    ["its least", { default: "1Gi", validRange: { min: "2Gi" } }, "1Mi", "2Gi"],
    ["a whole step more than its least", { default: "1Gi", validRange: { min: "1Gi", step: "2Gi" } }, "2Gi", "3Gi"],
    ["steps as powers of two", { default: "1", validRange: { min: "0", step: "1024" } }, "2000", "2Ki"],
  ])("gives %s", (_, requestPolicy, requested, is) => {
    const device = shared({ memory: { value: "10Gi", ...(requestPolicy && { requestPolicy }) } });
    expect(given(device, asking(requested)).results.c0?.[0]?.consumedCapacity).toEqual({ memory: is });
  });

  test("gives a request without an amount the default, or everything if there is none, and never violates its policy", () => {
    const range = { default: "1Gi", validRange: { min: "1Gi", max: "4Gi" } };
    const device = shared({ memory: { value: "10Gi", requestPolicy: range } });
    expect(given(device, one()).results.c0?.[0]?.consumedCapacity).toEqual({ memory: "1Gi" });
    expect(given(shared({ memory: { value: "10Gi" } }), one(), one()).told).toEqual({ p0: "a", p1: gone });
    expect(given(device, asking("5Gi")).told).toEqual({ p0: gone });
    expect(given(shared(undefined), asking("1Gi")).told).toEqual({ p0: gone });
  });

  test("differs from an exclusive device, which only needs enough capacity", () => {
    const device = { name: "d", capacity: { memory: { value: "10Gi" } } };
    const { told, results } = given(device, asking("4Gi"), asking("4Gi"));
    expect(told).toEqual({ p0: "a", p1: gone });
    expect(results.c0).toEqual([{ request: "r", driver: "gpu.example.com", pool: "a", device: "d" }]);
    expect(given(device, asking("11Gi")).told).toEqual({ p0: gone });
  });
});

test("no device is ever allocated twice, whatever is requested", () => {
  const requests = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), all: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
      requests,
      (sizes, requested) => {
        const nodes = sizes.map((_, i) => node(`n${i}`));
        const slices = sizes.map((size, i) =>
          slice(
            `n${i}`,
            Array.from({ length: size }, (_, d) => ({ name: `n${i}-d${d}` })),
          ),
        );
        const claims = requested.map(({ count, all }, i) =>
          claim(`c${i}`, one(all ? { allocationMode: "All", count: undefined } : { count })),
        );
        const pods = requested.map((_, i) => pod(`p${i}`, `c${i}`));
        const { devices, told } = scheduled(...nodes, ...slices, deviceClass("gpu"), ...claims, ...pods);
        const had = Object.values(devices).flat();
        expect(new Set(had).size).toBe(had.length);
        for (const [name, own] of Object.entries(devices))
          for (const device of own) expect(device.startsWith(`${told[name.replace("c", "p")]}-`)).toBe(true);
      },
    ),
  );
});
