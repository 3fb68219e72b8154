import { describe, expect, test } from "vitest";
import type { Device } from "../../../api/generated/resource.v1.ts";
import {
  claim,
  claimant,
  deviceClass,
  exactly,
  meta,
  one,
  scheduled,
  slice,
  useless,
} from "../../../test/fakes/scheduler/device-objects.ts";
import { node } from "../../../test/fakes/scheduler/scheduler-objects.ts";

const cel = (expression: string) => [{ cel: { expression } }];
const failing = (text: string) => `running "DynamicResources" filter plugin: ${text}`;
const devices = (...names: string[]): Device[] => names.map((name) => ({ name }));

describe("SCHED-DEVICE: devices for claims", () => {
  test("are searched only up to the first sufficient one", () => {
    const selectors = cel('device.attributes["gpu.example.com"].is');
    const offered = [{ name: "d0", attributes: { is: { bool: true } } }, { name: "d1" }];
    const objects = [node("a"), deviceClass("gpu", { selectors }), slice("a", offered)];
    const claims = ["c", "d"].map((name) => claim(name, one()));
    const { told, devices } = scheduled(...objects, ...claims, claimant("p", "c"), claimant("q", "d"));
    expect(devices).toEqual({ c: ["d0"] });
    expect(told.q).toBe(failing("class gpu: selector #0: CEL runtime error: no such key: is"));
  });

  test("SCHED-SELECTOR: are all checked with the selector, even if there are too few", () => {
    const selectors = cel('device.attributes["gpu.example.com"].is');
    const offered = [{ name: "d0", attributes: { is: { bool: false } } }, { name: "d1" }];
    const objects = [node("a"), deviceClass("gpu", { selectors }), slice("a", offered)];
    const { told } = scheduled(...objects, claim("c", one({ count: 2 })), claimant("p", "c"));
    expect(told.p).toBe(failing("class gpu: selector #0: CEL runtime error: no such key: is"));
  });

  test("with allocation mode All are allocated all or not at all", () => {
    const all = (over: object = {}) => one({ allocationMode: "All", count: undefined, ...over });
    const taints = [{ key: "broken", effect: "NoSchedule" }];
    const told = (offered: Device[], requested: Parameters<typeof claim>[1] = all()) =>
      scheduled(node("a"), deviceClass("gpu"), slice("a", offered), claim("c", requested), claimant("p", "c")).told.p;
    expect(told(devices("d0", "d1"))).toBe("a");
    expect(told([])).toBe(useless("1 cannot allocate all claims"));
    expect(told([{ name: "d0" }, { name: "d1", taints }])).toBe(useless("1 cannot allocate all claims"));
    const at = (name: string, int: number): Device => ({ name, attributes: { numa: { int } } });
    const constraints = [{ matchAttribute: "gpu.example.com/numa" }];
    expect(told([at("d0", 0), at("d1", 1)], { ...all(), constraints })).toBe(
      failing(
        "claim default/c, request r: cannot add device gpu.example.com/a/d1 because a claim constraint would not be satisfied",
      ),
    );
  });

  test("with allocation mode All are no error if one lacks its counters, whatever the claim's constraints", () => {
    const part = (name: string, int: number): Device => ({
      name,
      attributes: { numa: { int } },
      consumesCounters: [{ counterSet: "card", counters: { memory: { value: "30Gi" } } }],
    });
    const pool = { name: "a", generation: 1, resourceSliceCount: 2 };
    const sharedCounters = [{ name: "card", counters: { memory: { value: "40Gi" } } }];
    const counters = { ...slice("a", [], { pool, sharedCounters }), metadata: meta("counters") };
    const constraints = [{ matchAttribute: "gpu.example.com/numa" }];
    const requested = { ...one({ allocationMode: "All", count: undefined }), constraints };
    const objects = [node("a"), deviceClass("gpu"), slice("a", [part("d0", 0), part("d1", 1)], { pool }), counters];
    expect(scheduled(...objects, claim("c", requested), claimant("p", "c")).told.p).toBe(
      useless("1 cannot allocate all claims"),
    );
  });

  test("never exceed the number that a claim can list", () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ name: `d${i}` }));
    const told = (count: number) =>
      scheduled(node("a"), deviceClass("gpu"), slice("a", many), claim("c", one({ count })), claimant("p", "c")).told.p;
    expect(told(32)).toBe("a");
    expect(told(33)).toBe(failing("claim default/c: number of requested devices 33 exceeds the claim limit of 32"));
  });

  test("are found within a step limit, or the search is abandoned", () => {
    const numbered = Array.from(
      { length: 28 },
      (_, i): Device => ({ name: `d${i}`, attributes: { n: { int: Math.floor(i / 15) } } }),
    );
    const requested = { ...one({ count: 16 }), constraints: [{ matchAttribute: "gpu.example.com/n" }] };
    const objects = [node("a"), deviceClass("gpu"), slice("a", numbered), claim("c", requested), claimant("p", "c")];
    expect(scheduled(...objects).told.p).toBe(failing("node a: timed out trying to allocate devices"));
  });

  test("are allocated with admin access once per claim, and to no one else in the same cycle", () => {
    const two = (first: object, second: object) => ({
      requests: [
        { name: "r", exactly: exactly(first) },
        { name: "s", exactly: exactly(second) },
      ],
    });
    const told = (requested: ReturnType<typeof two>) =>
      scheduled(node("a"), deviceClass("gpu"), slice("a", devices("d0")), claim("c", requested), claimant("p", "c"))
        .told.p;
    const adminAccess = true;
    expect(told(two({ adminAccess }, { adminAccess }))).toBe(useless("1 cannot allocate all claims"));
    expect(told(two({ adminAccess }, {}))).toBe(useless("1 cannot allocate all claims"));
    const looks = ["c", "d"].map((name) => claim(name, one({ adminAccess })));
    const objects = [node("a"), deviceClass("gpu"), slice("a", devices("d0")), ...looks];
    expect(scheduled(...objects, claimant("p", "c", "d")).devices).toEqual({ c: ["d0"], d: ["d0"] });
  });

  test("include their class's configuration once, and the claim's for each matching request", () => {
    const of = (parameters: object) => ({ opaque: { driver: "gpu.example.com", parameters } });
    const config = [
      { requests: ["r", "s"], ...of({ both: 1 }) },
      of({ every: 1 }),
      { requests: ["s"], ...of({ s: 1 }) },
    ];
    const requests = ["r", "s"].map((name) => ({ name, exactly: exactly() }));
    const { state } = scheduled(
      node("a"),
      deviceClass("gpu", { config: [of({ class: 1 })] }),
      slice("a", devices("d0", "d1")),
      claim("c", { requests, config }),
      claimant("p", "c"),
    );
    const made = state.cluster.get("resourceclaims.resource.k8s.io", "default", "c");
    expect(made?.status.allocation?.devices?.config).toEqual([
      { source: "FromClass", requests: ["r", "s"], ...of({ class: 1 }) },
      { source: "FromClaim", requests: ["r", "s"], ...of({ both: 1 }) },
      { source: "FromClaim", requests: ["r", "s"], ...of({ both: 1 }) },
      { source: "FromClaim", ...of({ every: 1 }) },
      { source: "FromClaim", requests: ["s"], ...of({ s: 1 }) },
    ]);
  });

  test("are allocated on the node with the most preferred alternative", () => {
    const big = { name: "big", attributes: { big: { bool: true } } };
    const requested = {
      requests: [
        {
          name: "r",
          firstAvailable: [
            { name: "large", deviceClassName: "big", allocationMode: "ExactCount", count: 1 },
            { name: "small", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 },
          ],
        },
      ],
    };
    const selectors = cel('device.attributes["gpu.example.com"].?big.orValue(false)');
    const { told, devices: had } = scheduled(
      ...["a", "b", "c"].map((name) => node(name)),
      deviceClass("gpu"),
      deviceClass("big", { selectors }),
      slice("a", devices("d0")),
      slice("b", [{ name: "d0" }, big]),
      slice("c", devices("d0")),
      claim("c", requested),
      claimant("p", "c"),
    );
    expect([told.p, had.c]).toEqual(["b", ["big"]]);
  });
});

describe("SCHED-POOL: a pool of devices", () => {
  const of = (name: string, over: object = {}) => ({ pool: { name, generation: 1, resourceSliceCount: 2, ...over } });
  const named = <T extends { metadata: { name: string } }>(name: string, object: T): T => ({
    ...object,
    metadata: { ...object.metadata, name },
  });
  const told = (slices: ReturnType<typeof slice>[], requested = one()) =>
    scheduled(node("a"), node("b"), deviceClass("gpu"), ...slices, claim("c", requested), claimant("p", "c")).told.p;
  const all = one({ allocationMode: "All", count: undefined });

  test("that is incomplete provides no devices, and none for allocation mode All", () => {
    const partial = [slice("a", devices("d0"), of("p"))];
    expect(told(partial)).toBe(useless("2 cannot allocate all claims", 2));
    expect(told(partial, all)).toBe(
      failing(
        "claim default/c, request r: asks for all devices, but resource pool gpu.example.com/p is currently being updated",
      ),
    );
  });

  test("with inconsistent slices provides no devices, and is reported if nothing else fits", () => {
    const twice = [named("s1", slice("a", devices("d0"), of("p"))), named("s2", slice("a", devices("d0"), of("p")))];
    const invalid = useless("1 cannot allocate all claims, 1 invalid resource pools were encountered", 2);
    expect(told(twice)).toBe(invalid);
    expect(told(twice, all)).toBe(
      failing(
        "claim default/c, request r: asks for all devices, but resource pool gpu.example.com/p is currently invalid",
      ),
    );
    expect(told([...twice, slice("a", devices("z"))])).toBe("a");
    const consuming = (counterSet: string, counter: string): Device[] => [
      { name: "d0", consumesCounters: [{ counterSet, counters: { [counter]: { value: "1" } } }] },
    ];
    const counted = (...offered: Device[][]) => [
      named("s0", slice("a", [], { ...of("p"), sharedCounters: [{ name: "s", counters: { m: { value: "1" } } }] })),
      ...offered.map((each, i) => named(`s${i + 1}`, slice("a", each, of("p")))),
    ];
    expect(told(counted(consuming("s", "m")))).toBe("a");
    expect(told(counted(consuming("other", "m")))).toContain("invalid resource pools were encountered");
    expect(told(counted(consuming("s", "n")))).toContain("invalid resource pools were encountered");
  });

  test("consists of its newest generation, which may exclude the node", () => {
    const older = named("old", slice("a", devices("d0"), of("p", { resourceSliceCount: 2 })));
    const newer = named("new", slice("b", devices("d1"), of("p", { generation: 2, resourceSliceCount: 1 })));
    expect(told([older, newer])).toBe("b");
    expect(told([older, newer], all)).toBe("b");
  });

  test("with binding conditions is used last", () => {
    const bound: Device[] = [{ name: "d0", bindingConditions: ["Ready"], bindingFailureConditions: ["Failed"] }];
    const slices = [
      named("s1", slice("a", bound, of("a", { resourceSliceCount: 1 }))),
      named("s2", slice("a", devices("d1"), of("b", { resourceSliceCount: 1 }))),
    ];
    const objects = [node("a"), deviceClass("gpu"), ...slices, claim("c", one()), claimant("p", "c")];
    expect(scheduled(...objects).devices.c).toEqual(["d1"]);
  });
});
