import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../api/generated/core.v1.ts";
import { chooseVictim, evictionGrace, evictionOf, warningOf, whyNotUnder } from "./choose-victim.ts";
import { type EvictionSettings, evictionRules } from "./eviction-settings.ts";
import { readSignals } from "./signals.ts";
import {
  type Amount,
  NOT_PRESSED,
  pressedNow,
  pressuresAt,
  type Seen,
  type Shortage,
  type Signal,
  seenNow,
  shortages,
} from "./thresholds.ts";

const MIB = 1024 * 1024;
const signals = (more: Partial<Record<Signal, Amount>>) => new Map(Object.entries(more) as [Signal, Amount][]);

const hard = (evictionHard: string) => evictionRules({ evictionHard }).thresholds;

const podOf = (name: string, change: { spec?: Partial<PodSpec>; memory?: string } = {}): Pod => ({
  metadata: { namespace: "default", name, uid: name },
  spec: {
    containers: [{ name: "c", resources: change.memory ? { requests: { memory: change.memory } } : {} }],
    ...change.spec,
  },
  status: {},
});

describe("AGENT-PRESSURE: eviction thresholds", () => {
  const thresholds = evictionRules({}).thresholds;

  it.each([
    [{ "memory.available": { available: 99 * MIB, capacity: 1000 * MIB } }, ["memory.available"]],
    [{ "memory.available": { available: 100 * MIB, capacity: 1000 * MIB } }, []],
    [{ "nodefs.available": { available: 9, capacity: 100 } }, ["nodefs.available"]],
    [{ "imagefs.available": { available: 14, capacity: 100 } }, ["imagefs.available"]],
    [{}, []],
  ])("are amounts or percentages (%#)", (measured, short) =>
    expect(shortages(thresholds, signals(measured)).map(({ threshold }) => threshold.signal)).toEqual(short),
  );

  it("may be 100 % or a fractional percentage", () =>
    expect(hard("nodefs.available<100%, pid.available<0.5%,").map(({ below }) => below)).toEqual([
      { share: 1 },
      { share: 0.005 },
    ]));

  it.each(["memory<1Mi", "memory.available<", "memory.available<101%", "memory.available<lots"])(
    "are rejected if invalid: %s",
    (text) => expect(() => hard(text)).toThrow(),
  );

  it("produce a warning for the operator when crossed", () => {
    const [short] = shortages(
      thresholds,
      signals({ "memory.available": { available: 99 * MIB, capacity: 1000 * MIB } }),
    );
    expect(short && warningOf(short)).toBe(
      "short of memory: memory.available is 99Mi, and pods are ended below 100Mi (--eviction-hard)",
    );
  });

  it("are measured from the kernel", () => {
    const measured = readSignals({ data: tmpdir() });
    expect([...measured.keys()]).toEqual(
      expect.arrayContaining(["memory.available", "nodefs.available", "pid.available"]),
    );
    for (const [signal, { available, capacity }] of measured) {
      expect(available, signal).toBeGreaterThan(0);
      expect(available, signal).toBeLessThanOrEqual(capacity);
    }
  });

  it("for images apply only to runtimes with an image file system", () => {
    const data = tmpdir();
    expect([readSignals({ data }).has("imagefs.available"), readSignals({ data }).has("nodefs.available")]).toEqual([
      false,
      true,
    ]);
    expect(readSignals({ data, images: data }).has("imagefs.available")).toBe(true);
  });

  it("remain in effect for five minutes after being crossed", () => {
    const short = shortages(thresholds, signals({ "nodefs.inodesFree": { available: 1, capacity: 100 } }));
    const seen = seenNow(new Map() as Seen, short, 1000);
    const { pressureLastsMs: lastsMs } = evictionRules({});
    expect([...pressuresAt(seen, { now: 300_999, lastsMs })]).toEqual(["DiskPressure"]);
    expect([...pressuresAt(seen, { now: 301_000, lastsMs })]).toEqual([]);
    expect(evictionRules({ evictionPressureTransitionPeriod: "1m30s" }).pressureLastsMs).toBe(90_000);
  });
});

describe("AGENT-PRESSURE-SOFT: soft thresholds, and what evictions are to give back", () => {
  const settings: EvictionSettings = {
    evictionHard: "nodefs.available<10",
    evictionSoft: "nodefs.available<20,memory.available<50%",
    evictionSoftGracePeriod: "nodefs.available=1m30s,memory.available=10s",
    evictionMinimumReclaim: "nodefs.available=5",
  };
  const { thresholds } = evictionRules(settings);
  const disk = (available: number) => signals({ "nodefs.available": { available, capacity: 100 } });
  const names = (list: readonly Shortage[]) =>
    list.map(({ threshold: { signal, graceMs } }) => `${signal} ${graceMs / 1000}`);

  it("press the node at once, and evict pods after their grace period without a break", () => {
    const first = pressedNow(thresholds, disk(19), { before: NOT_PRESSED, now: 1000 });
    expect([names(first.short), first.due]).toEqual([["nodefs.available 90"], []]);
    const later = pressedNow(thresholds, disk(19), { before: first, now: 90_999 });
    expect(later.due).toEqual([]);
    expect(names(pressedNow(thresholds, disk(19), { before: later, now: 91_000 }).due)).toEqual([
      "nodefs.available 90",
    ]);
    const relieved = pressedNow(thresholds, disk(20), { before: later, now: 91_000 });
    expect(pressedNow(thresholds, disk(19), { before: relieved, now: 92_000 }).due).toEqual([]);
  });

  it("hold until the minimum is reclaimed, if pods are evicted for them", () => {
    const below = pressedNow(thresholds, disk(9), { before: NOT_PRESSED, now: 0 });
    expect(names(below.due)).toEqual(["nodefs.available 0"]);
    const better = pressedNow(thresholds, disk(14), { before: below, now: 10_000 });
    expect(names(better.due)).toEqual(["nodefs.available 0"]);
    expect(names(pressedNow(thresholds, disk(15), { before: better, now: 20_000 }).due)).toEqual([]);
    expect(names(pressedNow(thresholds, disk(14), { before: NOT_PRESSED, now: 0 }).due)).toEqual([]);
  });

  it("come after memory", () => {
    const both = signals({
      "nodefs.available": { available: 1, capacity: 100 },
      "memory.available": { available: 1, capacity: 100 },
    });
    const first = pressedNow(thresholds, both, { before: NOT_PRESSED, now: 0 });
    expect(names(pressedNow(thresholds, both, { before: first, now: 90_000 }).due)).toEqual([
      "memory.available 10",
      "nodefs.available 0",
      "nodefs.available 90",
    ]);
  });

  it("give pods their own grace period, up to a maximum", () => {
    const [now, later] = thresholds;
    if (now === undefined || later === undefined) throw new Error("no thresholds");
    const [own, long] = [5, undefined].map((terminationGracePeriodSeconds) =>
      podOf("p", { spec: terminationGracePeriodSeconds === undefined ? {} : { terminationGracePeriodSeconds } }),
    ) as [Pod, Pod];
    expect([evictionGrace(own, now, 9), evictionGrace(own, later, 9), evictionGrace(long, later, 9)]).toEqual([
      1, 5, 9,
    ]);
    expect(evictionGrace(long, later, 0)).toBe(30);
  });

  it("warn whoever started the node", () => {
    const [short] = pressedNow(thresholds, disk(19), { before: NOT_PRESSED, now: 0 }).short;
    expect(short && warningOf(short)).toBe(
      "short of ephemeral-storage: nodefs.available is 19, and pods are ended below 20 after 1m30s (--eviction-soft)",
    );
  });

  it.each<[EvictionSettings, string]>([
    [
      { evictionSoft: "pid.available<10" },
      "grace period must be specified for the soft eviction threshold pid.available",
    ],
    [{ evictionSoftGracePeriod: "memory.available=1" }, 'time: missing unit in duration "1"'],
    [{ evictionSoftGracePeriod: "memory.available=-1s" }, '"-1s" must not be negative'],
    [{ evictionMinimumReclaim: "memory=1Gi" }, '"memory" is not an eviction signal'],
    [{ evictionPressureTransitionPeriod: "soon" }, 'time: invalid duration "soon"'],
  ])("are refused: %j", (wrong, why) => expect(() => evictionRules(wrong)).toThrow(why));
});

describe("AGENT-PRESSURE-EVICT: the pod chosen for eviction", () => {
  const [short] = shortages(
    hard("memory.available<100Mi"),
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
    total: (use.get(metadata.name ?? "") ?? 0) * MIB,
  });
  const within = podOf("within", { memory: "400Mi" });
  const greedy = podOf("greedy", { memory: "10Mi" });
  const precious = podOf("precious", { spec: { priority: 10 } });

  it("exceeds its requests, has the lowest priority, and then exceeds them most", () => {
    expect(chooseVictim([within, podOf("modest"), greedy, precious], short, useOf)).toBe(greedy);
    expect(chooseVictim([within, precious], short, useOf)).toBe(precious);
    expect(chooseVictim([within], short, useOf)).toBe(within);
  });

  it("may be the one with the most in its volumes", () => {
    const [full] = shortages(
      hard("imagefs.inodesFree<5%,nodefs.available<10%"),
      signals({ "nodefs.available": { available: 1, capacity: 100 } }),
    );
    const [a, b] = [podOf("a"), podOf("b")];
    const kept = (pod: Pod) => ({ containers: new Map([["c", 5]]), total: pod === b ? 6 : 5 });
    expect(full && chooseVictim([a, b], full, kept)).toBe(b);
  });

  it("is the one of lowest priority if none exceeds its request", () => {
    const least = podOf("least", { memory: "300Mi", spec: { priority: -1 } });
    expect(chooseVictim([within, least], short, () => ({ containers: new Map(), total: 0 }))).toBe(least);
    // Using exactly the request does not exceed it.
    const exact = podOf("exact", { memory: "80Mi", spec: { priority: -5 } });
    const over = podOf("over", { memory: "79Mi" });
    const equal = () => ({ containers: new Map([["c", 80 * MIB]]), total: 80 * MIB });
    expect(chooseVictim([exact, over], short, equal)).toBe(over);
    expect(chooseVictim([over, podOf("worse", { memory: "1Mi" })], short, equal)?.metadata.name).toBe("worse");
  });

  it("gets a message that names only containers above their requests", () => {
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
    const reported = evictionOf(three, short, () => ({ containers, total: 0 }));
    expect(reported.message.match(/Container \w+/g)).toEqual(["Container over"]);
  });

  it("is never critical", () =>
    expect(chooseVictim([podOf("greedy", { spec: { priority: 2_000_000_000 } })], short, useOf)).toBeUndefined());

  it("gets a message with the reason, and an event that names it for programs", () =>
    expect(evictionOf(greedy, short, useOf)).toEqual({
      message:
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 80Mi, request is 10Mi, has larger consumption of memory. ",
      annotations: {
        starved_resource: "memory",
        offending_containers: "c",
        offending_containers_usage: "80Mi",
      },
    }));

  it("is blamed for its sidecars, too", () => {
    const sidecar = { name: "proxy", restartPolicy: "Always" };
    const pod = podOf("meshed", { spec: { initContainers: [sidecar], containers: [{ name: "c" }] } });
    const containers = new Map([
      ["proxy", 2 * MIB],
      ["c", MIB],
    ]);
    expect(evictionOf(pod, short, () => ({ containers, total: 0 })).annotations).toMatchObject({
      offending_containers: "c,proxy",
      offending_containers_usage: "1Mi,2Mi",
    });
  });
});

describe("AGENT-PRESSURE: a new pod on a node under pressure", () => {
  it.each([
    [[], "BestEffort", undefined],
    [["MemoryPressure"], "Burstable", undefined],
    [["MemoryPressure"], "BestEffort", "The node had condition: [MemoryPressure]. "],
    [["DiskPressure"], "Burstable", "The node had condition: [DiskPressure]. "],
  ])("is admitted or refused with conditions %s and QoS %s", (pressures, qos, why) =>
    expect(whyNotUnder(new Set(pressures), podOf("p"), qos)).toBe(why),
  );

  const key = "node.kubernetes.io/memory-pressure";
  it.each<[boolean, NonNullable<PodSpec["tolerations"]>[number], string[]]>([
    [true, { operator: "Exists" }, ["MemoryPressure"]],
    [true, { key, operator: "Exists", effect: "NoSchedule" }, ["MemoryPressure"]],
    [true, { key }, ["MemoryPressure"]],
    [false, { key, value: "other" }, ["MemoryPressure"]],
    [false, { key, operator: "Exists", effect: "NoExecute" }, ["MemoryPressure"]],
    [false, { key: "other", operator: "Exists" }, ["MemoryPressure"]],
    [false, { operator: "Exists" }, ["MemoryPressure", "DiskPressure"]],
  ])("is admitted: %s, with toleration %j under %j", (may, toleration, pressures) => {
    const tolerant = podOf("p", { spec: { tolerations: [toleration] } });
    expect(whyNotUnder(new Set(pressures), tolerant, "BestEffort") === undefined).toBe(may);
  });

  it("is admitted if it is critical", () => {
    const pods = [2_000_000_000, 1_999_999_999].map((priority) => podOf("p", { spec: { priority } }));
    expect(pods.map((pod) => whyNotUnder(new Set(["DiskPressure"]), pod, "BestEffort") === undefined)).toEqual([
      true,
      false,
    ]);
  });
});
