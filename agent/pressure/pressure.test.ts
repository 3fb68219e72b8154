import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../api/generated/core.v1.ts";
import { chooseVictim, evictionMessage, warningOf, whyNotUnder } from "./choose-victim.ts";
import { readSignals } from "./signals.ts";
import {
  type Amount,
  DEFAULT_THRESHOLDS,
  parseThresholds,
  pressuresAt,
  type Seen,
  type Signal,
  seenNow,
  shortages,
} from "./thresholds.ts";

const MIB = 1024 * 1024;
const signals = (more: Partial<Record<Signal, Amount>>) => new Map(Object.entries(more) as [Signal, Amount][]);

const podOf = (name: string, change: { spec?: Partial<PodSpec>; memory?: string } = {}): Pod => ({
  metadata: { namespace: "default", name, uid: name },
  spec: {
    containers: [{ name: "c", resources: change.memory ? { requests: { memory: change.memory } } : {} }],
    ...change.spec,
  },
  status: {},
});

describe("AGENT-PRESSURE: thresholds", () => {
  const thresholds = parseThresholds(DEFAULT_THRESHOLDS);

  it.each([
    [{ "memory.available": { available: 99 * MIB, capacity: 1000 * MIB } }, ["memory.available"]],
    [{ "memory.available": { available: 100 * MIB, capacity: 1000 * MIB } }, []],
    [{ "nodefs.available": { available: 9, capacity: 100 } }, ["nodefs.available"]],
    [{ "imagefs.available": { available: 14, capacity: 100 } }, ["imagefs.available"]],
    [{}, []],
  ])("are amounts, or shares of what there is (%#)", (measured, short) =>
    expect(shortages(thresholds, signals(measured)).map(({ threshold }) => threshold.signal)).toEqual(short),
  );

  it("may be all of what there is, or a share with a fraction", () =>
    expect(parseThresholds("nodefs.available<100%, pid.available<0.5%,").map(({ below }) => below)).toEqual([
      { share: 1 },
      { share: 0.005 },
    ]));

  it.each(["memory<1Mi", "memory.available<", "memory.available<101%", "memory.available<lots"])(
    "that say nothing are refused: %s",
    (text) => expect(() => parseThresholds(text)).toThrow(),
  );

  it("are reported to whoever started the node", () => {
    const [short] = shortages(
      thresholds,
      signals({ "memory.available": { available: 99 * MIB, capacity: 1000 * MIB } }),
    );
    expect(short && warningOf(short)).toBe(
      "short of memory: memory.available is 99Mi, and pods are ended below 100Mi (--eviction-hard)",
    );
  });

  it("of what the kernel knows are measured", () => {
    const measured = readSignals({ data: tmpdir() });
    expect([...measured.keys()]).toEqual(
      expect.arrayContaining(["memory.available", "nodefs.available", "pid.available"]),
    );
    for (const [signal, { available, capacity }] of measured) {
      expect(available, signal).toBeGreaterThan(0);
      expect(available, signal).toBeLessThanOrEqual(capacity);
    }
  });

  it("of images are for runtimes that have some", () => {
    const data = tmpdir();
    expect([readSignals({ data }).has("imagefs.available"), readSignals({ data }).has("nodefs.available")]).toEqual([
      false,
      true,
    ]);
    expect(readSignals({ data, images: data }).has("imagefs.available")).toBe(true);
  });

  it("are felt five minutes longer than they are crossed", () => {
    const short = shortages(thresholds, signals({ "nodefs.inodesFree": { available: 1, capacity: 100 } }));
    const seen = seenNow(new Map() as Seen, short, 1000);
    expect([...pressuresAt(seen, 300_999)]).toEqual(["DiskPressure"]);
    expect([...pressuresAt(seen, 301_000)]).toEqual([]);
  });
});

describe("AGENT-PRESSURE: the evicted pod", () => {
  const [short] = shortages(
    parseThresholds("memory.available<100Mi"),
    signals({ "memory.available": { available: 50 * MIB, capacity: 1000 * MIB } }),
  );
  if (short === undefined) throw new Error("not short");
  const use = new Map([
    ["modest", 10],
    ["greedy", 80],
    ["precious", 200],
    ["within", 300],
  ]);
  const useOf = ({ metadata }: Pod) => ({
    containers: new Map([["c", (use.get(metadata.name ?? "") ?? 0) * MIB]]),
    shared: 0,
  });
  const within = podOf("within", { memory: "400Mi" });
  const greedy = podOf("greedy", { memory: "10Mi" });
  const precious = podOf("precious", { spec: { priority: 10 } });

  it("is one that uses more than it requested, the least important first, then the one that exceeds most", () => {
    expect(chooseVictim([within, podOf("modest"), greedy, precious], short, useOf)).toBe(greedy);
    expect(chooseVictim([within, precious], short, useOf)).toBe(precious);
    expect(chooseVictim([within], short, useOf)).toBe(within);
  });

  it("may also be the one that keeps most in its volumes", () => {
    const [full] = shortages(
      parseThresholds("imagefs.inodesFree<5%,nodefs.available<10%"),
      signals({ "nodefs.available": { available: 1, capacity: 100 } }),
    );
    const [a, b] = [podOf("a"), podOf("b")];
    const kept = (pod: Pod) => ({ containers: new Map([["c", 5]]), shared: pod === b ? 1 : 0 });
    expect(full && chooseVictim([a, b], full, kept)).toBe(b);
  });

  it("is the one with the lowest request if all use what they requested", () => {
    const least = podOf("least", { memory: "300Mi", spec: { priority: -1 } });
    expect(chooseVictim([within, least], short, () => ({ containers: new Map(), shared: 0 }))).toBe(least);
    // Using exactly the request does not exceed it.
    const exact = podOf("exact", { memory: "80Mi", spec: { priority: -5 } });
    const over = podOf("over", { memory: "79Mi" });
    const equal = () => ({ containers: new Map([["c", 80 * MIB]]), shared: 0 });
    expect(chooseVictim([exact, over], short, equal)).toBe(over);
    expect(chooseVictim([over, podOf("worse", { memory: "1Mi" })], short, equal)?.metadata.name).toBe("worse");
  });

  it("gets a message that names only containers that use more than they requested", () => {
    const three = podOf("p", {
      spec: {
        containers: ["exact", "over", "unknown"].map((name) => ({
          name,
          resources: { requests: { memory: "80Mi" } },
        })),
      },
    });
    const containers = new Map([
      ["exact", 80 * MIB],
      ["over", 81 * MIB],
    ]);
    const told = evictionMessage(three, short, () => ({ containers, shared: 0 }));
    expect(told.match(/Container \w+/g)).toEqual(["Container over"]);
  });

  it("is none that the node cannot do without", () =>
    expect(chooseVictim([podOf("greedy", { spec: { priority: 2_000_000_000 } })], short, useOf)).toBeUndefined());

  it("is told the reason", () =>
    expect(evictionMessage(greedy, short, useOf)).toBe(
      "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 80Mi, request is 10Mi, has larger consumption of memory. ",
    ));
});

describe("AGENT-PRESSURE: a pod that comes to a node that is short", () => {
  it.each([
    [[], "BestEffort", undefined],
    [["MemoryPressure"], "Burstable", undefined],
    [["MemoryPressure"], "BestEffort", "The node had condition: [MemoryPressure]. "],
    [["DiskPressure"], "Burstable", "The node had condition: [DiskPressure]. "],
  ])("of %s as %s", (pressures, qos, why) => expect(whyNotUnder(new Set(pressures), podOf("p"), qos)).toBe(why));

  const key = "node.kubernetes.io/memory-pressure";
  it.each<[boolean, NonNullable<PodSpec["tolerations"]>[number], string[]]>([
    [true, { operator: "Exists" }, ["MemoryPressure"]],
    [true, { key, operator: "Exists", effect: "NoSchedule" }, ["MemoryPressure"]],
    [true, { key }, ["MemoryPressure"]],
    [false, { key, value: "other" }, ["MemoryPressure"]],
    [false, { key, operator: "Exists", effect: "NoExecute" }, ["MemoryPressure"]],
    [false, { key: "other", operator: "Exists" }, ["MemoryPressure"]],
    [false, { operator: "Exists" }, ["MemoryPressure", "DiskPressure"]],
  ])("may start: %s, with %j at %j", (may, toleration, pressures) => {
    const tolerant = podOf("p", { spec: { tolerations: [toleration] } });
    expect(whyNotUnder(new Set(pressures), tolerant, "BestEffort") === undefined).toBe(may);
  });

  it("comes in all the same where the node cannot do without it", () => {
    const pods = [2_000_000_000, 1_999_999_999].map((priority) => podOf("p", { spec: { priority } }));
    expect(pods.map((pod) => whyNotUnder(new Set(["DiskPressure"]), pod, "BestEffort") === undefined)).toEqual([
      true,
      false,
    ]);
  });
});
