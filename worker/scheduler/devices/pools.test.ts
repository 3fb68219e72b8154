import { expect, test } from "vitest";
import type { ResourceSlice } from "../../../api/generated/resource.v1.ts";
import { slice } from "../../../test/fakes/scheduler/device-objects.ts";
import { DeviceSupply } from "./pools.ts";

type Slice = ReturnType<typeof slice>;

const NODE = { name: "n1", labels: { zone: "a" } };
const inZone = (...values: string[]) => ({
  nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values }] }],
});

/** A slice of a pool of its own name, for whatever nodes `over` says. */
function sliceOf(name: string, devices: readonly object[], over: Partial<ResourceSlice["spec"]>): Slice {
  const made = slice(name, devices as never, over);
  const { nodeName: _, ...spec } = made.spec;
  return { ...made, metadata: { ...made.metadata, name }, spec: { ...spec, ...over } } as Slice;
}

const pool = (generation: number, resourceSliceCount: number) => ({ name: "p", generation, resourceSliceCount });
const [d0, d1] = [{ name: "d0" }, { name: "d1" }];

/** Each pool with its state and its devices, as the node sees it. */
const seen = (...slices: Slice[]) =>
  new DeviceSupply(slices).poolsFor(NODE).map(({ name, state, offers }) => ({
    [name]: state === "usable" ? offers.map(({ device }) => device.name) : state,
  }));

test.each([
  ["on the node", { nodeName: "n1" }, true],
  ["on another one", { nodeName: "n2" }, false],
  ["for all nodes", { allNodes: true }, true],
  ["for none", {}, false],
  ["for nodes like it", { nodeSelector: inZone("a") }, true],
  ["for other nodes", { nodeSelector: inZone("b") }, false],
])("SCHED-DEVICE: a node sees a pool that is %s: %#", (_, over, isSeen) => {
  expect(seen(sliceOf("p", [d0], over))).toEqual(isSeen ? [{ p: ["d0"] }] : []);
});

test("SCHED-DEVICE: of a pool whose devices say themselves where they are, a node gets those that it reaches", () => {
  const devices = [
    { ...d0, nodeName: "n1" },
    { ...d1, nodeName: "n2" },
    { name: "d2", nodeSelector: inZone("a") },
    { name: "d3", allNodes: true },
  ];
  expect(seen(sliceOf("p", devices, { perDeviceNodeSelection: true }))).toEqual([{ p: ["d0", "d2", "d3"] }]);
  expect(seen(sliceOf("p", devices.slice(1, 2), { perDeviceNodeSelection: true }))).toEqual([]);
  const [offer] =
    new DeviceSupply([sliceOf("p", devices, { perDeviceNodeSelection: true })]).poolsFor(NODE)[0]?.offers ?? [];
  expect(offer).toMatchObject({ id: "gpu.example.com/p/d0", nodeName: "n1" });
});

test.each<[string, Slice[], object[]]>([
  [
    "is incomplete while a slice is missing",
    [sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 2) })],
    [{ p: "incomplete" }],
  ],
  [
    "is whole with a slice for another node",
    [
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 2) }),
      sliceOf("s1", [d1], { nodeName: "n2", pool: pool(1, 2) }),
    ],
    [{ p: ["d0"] }],
  ],
  [
    "is allocated from by the slices' names",
    [
      sliceOf("s1", [d1], { nodeName: "n1", pool: pool(1, 2) }),
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 2) }),
    ],
    [{ p: ["d0", "d1"] }],
  ],
  [
    "has the devices of its newest generation",
    [
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 1) }),
      sliceOf("s1", [d1], { nodeName: "n1", pool: pool(2, 1) }),
    ],
    [{ p: ["d1"] }],
  ],
  [
    "is incomplete while its newest generation is",
    [
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(2, 2) }),
      sliceOf("s1", [d1], { nodeName: "n1", pool: pool(1, 2) }),
    ],
    [{ p: "incomplete" }],
  ],
  [
    "is about to be replaced by one that is elsewhere",
    [
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 2) }),
      sliceOf("s1", [d1], { nodeName: "n2", pool: pool(2, 1) }),
    ],
    [],
  ],
  [
    "is invalid with a device that is there twice",
    [
      sliceOf("s0", [d0], { nodeName: "n1", pool: pool(1, 2) }),
      sliceOf("s1", [d0], { nodeName: "n1", pool: pool(1, 2) }),
    ],
    [{ p: "invalid" }],
  ],
])("SCHED-DEVICE: a pool %s", (_, slices, pools) => {
  expect(seen(...slices)).toEqual(pools);
});

test("SCHED-DEVICE: pools come by driver and name, those whose devices must be bound last", () => {
  const on = (driver: string, name: string, device: object = d0) =>
    sliceOf(name, [device], { driver, nodeName: "n1", pool: { name, generation: 1, resourceSliceCount: 1 } });
  const waits = { ...d0, bindingConditions: ["ready"] };
  const supply = new DeviceSupply([on("b", "y"), on("a", "v", waits), on("b", "x"), on("a", "z")]);
  expect(supply.poolsFor(NODE).map(({ driver, name }) => `${driver}/${name}`)).toEqual(["a/z", "b/x", "b/y", "a/v"]);
});

test("SCHED-DEVICE: a pool's counters concern every node, those of one node's slice as well", () => {
  const sharedCounters = [{ name: "card", counters: { memory: { value: "40Gi" } } }];
  const counters = sliceOf("s0", [], { nodeName: "n2", sharedCounters, pool: pool(1, 2) });
  const own = sliceOf("s1", [d0], { nodeName: "n1", pool: pool(1, 2) });
  const [found] = new DeviceSupply([own, counters]).poolsFor(NODE);
  expect(found).toMatchObject({ state: "usable", counters: sharedCounters, devices: [d0] });
});
