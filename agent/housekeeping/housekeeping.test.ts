import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PodSpec } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { PullRecords } from "../images/pull-records.ts";
import type { PodWorker } from "../pod/pod-worker.ts";
import type { Eviction } from "../pressure/choose-victim.ts";
import { type EvictionSettings, evictionRules } from "../pressure/eviction-settings.ts";
import type { ImageObservation } from "../runtime/image.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { Housekeeping } from "./housekeeping.ts";

const MIB = 1024 ** 2;
const image = (id: string, ...names: string[]): ImageObservation => ({ id, ref: id, names, size: 10 });

/** Every disk has less left than all of it. */
const FULL = "nodefs.available<100%";

let directory: string;
let events: string[];
let logs: string[];
let changes: number;
let images: ImageObservation[];
let inUse: Set<string> | undefined;
let removed: string[];
let stuck: string[];
let usage: ContainerUsage[];
let evicted: string[];
let signals: string[];
let graces: number[];
let freed: string[];
let workers: PodWorker[];

const worker = (name: string, spec: Partial<PodSpec> = {}, ended = false): PodWorker =>
  ({
    pod: { metadata: { name, uid: name }, spec: { containers: [{ name: "c" }], ...spec }, status: {} },
    ended,
    runningContainers: [],
    directories: { directory: join(directory, name), logDirectory: join(directory, "logs", name) },
    evict: ({ message, graceSeconds }: Eviction) => {
      evicted.push(`${name}: ${message}`);
      graces.push(graceSeconds);
    },
    freeRoom: () => freed.push(name),
    evictOverLimit: (message: string) => evicted.push(`${name} over its limit: ${message}`),
  }) as unknown as PodWorker;

const uses = (uid: string, memoryWorkingSetBytes: number, diskBytes = 0): ContainerUsage => ({
  ...{ id: uid, name: "c", pod: { namespace: "ns", name: uid, uid }, cpuNanoseconds: 0 },
  memoryWorkingSetBytes,
  diskBytes,
});

function housekeeping(hard: string, pulls = new PullRecords(), settings: EvictionSettings = {}) {
  const runtime = {
    images: async () => images,
    imagesInUse: async () => inUse,
    removeImage: async (id: string) => {
      if (stuck.includes(id)) throw new Error("it is in use");
      removed.push(id);
      images = images.filter((each) => each.id !== id);
    },
    imageDirectory: async () => directory,
    usage: async () => usage,
  } as unknown as Runtime;
  return new Housekeeping(
    {
      runtime,
      dataDirectory: directory,
      rules: evictionRules({ evictionHard: hard, ...settings }),
      pulls,
      workers: () => workers,
      onChange: () => changes++,
      lives: { evicted: (signal: string) => signals.push(signal) },
      recordEvent: ({ type, reason, message }) => events.push(`${type} ${reason} ${message}`),
      log: { info: (text: string) => logs.push(text), warn: (text: string) => logs.push(text) },
    },
    [],
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  directory = temporaryDirectory();
  [events, logs, removed, stuck, usage, evicted, workers, signals, graces, freed] = [
    [],
    [],
    [],
    [],
    [],
    [],
    [],
    [],
    [],
    [],
  ];
  [changes, images, inUse] = [0, [image("a", "a:1"), image("b", "b:1")], new Set()];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const MINUTES = 60_000;

describe("AGENT-IMAGES: images", () => {
  it("are listed at the first look, and kept while the disk has room", async () => {
    const keeper = housekeeping("memory.available<1");
    await keeper.look();
    expect([keeper.images, changes, removed]).toEqual([images, 1, []]);
    await keeper.look();
    expect(changes).toBe(1);
  });

  it("are removed if unused, the disk is full and they were found at least two minutes ago", async () => {
    inUse = new Set(["b:1"]);
    const keeper = housekeeping(FULL);
    await keeper.look();
    expect(removed).toEqual([]);
    vi.advanceTimersByTime(2 * MINUTES);
    workers = [worker("p", { volumes: [{ name: "v", image: { reference: "c:1" } }] })];
    images.push(image("c", "c:1"));
    await keeper.look();
    vi.advanceTimersByTime(2 * MINUTES);
    await keeper.look();
    expect(removed).toEqual(["a"]);
    expect(keeper.images.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  it("do not block other work if they cannot be removed", async () => {
    stuck = ["a"];
    workers = [worker("p")];
    const keeper = housekeeping(FULL);
    await keeper.look();
    vi.advanceTimersByTime(2 * MINUTES);
    evicted = [];
    await keeper.look();
    expect(logs).toContain("image a:1 cannot be removed: it is in use");
    expect(removed).toEqual(["b"]);
    expect(keeper.images.map(({ id }) => id)).toEqual(["a"]);
    expect(evicted).toHaveLength(1);
  });

  it("lose their pull records once gone", async () => {
    const pulls = new PullRecords();
    pulls.pulled("a", "a:1", { secret: "s", hash: "h" });
    pulls.pulled("gone", "gone:1", { secret: "s", hash: "h" });
    await housekeeping("memory.available<1", pulls).look();
    expect(pulls.ids).toEqual(["a"]);
  });
});

describe("AGENT-PRESSURE: a node under pressure", () => {
  it("reports it once, and keeps the condition for five more minutes", async () => {
    const keeper = housekeeping("memory.available<100%,pid.available<1");
    await keeper.look();
    expect([...keeper.pressures]).toEqual(["MemoryPressure"]);
    const reported = "Warning EvictionThresholdMet Attempting to reclaim memory";
    expect([events, changes]).toEqual([[reported], 2]);
    expect(logs).toEqual([expect.stringContaining("short of memory")]);
    await keeper.look();
    expect([events.length, logs.length, changes]).toEqual([2, 1, 2]);
  });

  it("evicts the pod that exceeds its memory request most", async () => {
    workers = [worker("small"), worker("large"), worker("done", {}, true)];
    usage = [uses("small", 10 * MIB), uses("large", 20 * MIB), uses("done", 90 * MIB)];
    await housekeeping("memory.available<100%").look();
    expect(evicted).toEqual([
      expect.stringMatching(/^large: The node was low on resource: memory\..*Container c was using 20Mi, request is 0/),
    ]);
  });

  it("evicts the pod that uses most of the disk, and removes what ended pods left there", async () => {
    workers = [worker("small"), worker("large"), worker("done", {}, true)];
    usage = [uses("small", 90 * MIB, 1), uses("large", 0, 20 * MIB)];
    await housekeeping(FULL).look();
    expect(evicted.map((each) => each.split(":")[0])).toEqual(["large"]);
    expect([signals, freed]).toEqual([["nodefs.available"], ["done"]]);
  });

  it.skipIf(statfsSync(tmpdir()).files === 0)("evicts the pod with the most inodes, whatever their size", async () => {
    const volumes = [{ name: "v", emptyDir: {} }];
    workers = [worker("large", { volumes }), worker("layered"), worker("many", { volumes }), worker("logs")];
    usage = [uses("large", 0, 20 * MIB), { ...uses("layered", 0), diskInodes: 3 }];
    const many = join(directory, "many/volumes/kubernetes.io~empty-dir/v");
    mkdirSync(many, { recursive: true });
    for (const name of ["1", "2", "3", "4"]) writeFileSync(join(many, name), "");
    mkdirSync(join(directory, "logs/logs/c"), { recursive: true });
    await housekeeping("nodefs.inodesFree<100%").look();
    expect(evicted).toEqual([expect.stringMatching(/^many: The node was low on resource: inodes\. [^.]*\. $/)]);
    evicted = [];
    rmSync(many, { recursive: true });
    await housekeeping("nodefs.inodesFree<100%").look();
    expect(evicted.map((each) => each.split(":")[0])).toEqual(["layered"]);
  });

  it("evicts the next pod when the last one has ended, or after half a minute", async () => {
    const [ending, next] = [worker("ending"), worker("next")];
    workers = [ending, next];
    Object.assign(ending, { runningContainers: [{ id: "c", logPath: join(directory, "log") }] });
    usage = [uses("ending", 20 * MIB), uses("next", 10 * MIB)];
    const keeper = housekeeping("memory.available<100%");
    await keeper.look();
    Object.assign(ending, { ended: true });
    vi.advanceTimersByTime(29_000);
    await keeper.look();
    expect(evicted.map((each) => each.split(":")[0])).toEqual(["ending"]);
    vi.advanceTimersByTime(1000);
    await keeper.look();
    expect(evicted.map((each) => each.split(":")[0])).toEqual(["ending", "next"]);
  });

  it("AGENT-PRESSURE-SOFT: reports soft thresholds at once, and evicts with more grace when they have lasted", async () => {
    workers = [worker("p", { terminationGracePeriodSeconds: 60 })];
    const keeper = housekeeping("", new PullRecords(), {
      evictionSoft: "memory.available<100%",
      evictionSoftGracePeriod: "memory.available=1m",
      evictionMaxPodGracePeriod: 20,
    });
    await keeper.look();
    expect([[...keeper.pressures], events, evicted]).toEqual([["MemoryPressure"], [], []]);
    vi.advanceTimersByTime(MINUTES);
    await keeper.look();
    expect([events.length, evicted.length, graces]).toEqual([1, 1, [20]]);
  });

  it("evicts the pod of lowest priority if process ids run out", async () => {
    workers = [worker("p", { priority: 1 }), worker("q")];
    await housekeeping("pid.available<100%").look();
    expect(evicted.map((each) => each.split(":")[0])).toEqual(["q"]);
  });

  it("evicts pods over their ephemeral-storage limit even without disk pressure", async () => {
    const resources = { limits: { "ephemeral-storage": "1Mi" } };
    workers = [worker("over", { containers: [{ name: "c", resources }] }), worker("none")];
    usage = [uses("over", 0, 2 * MIB), uses("none", 0, 9 * MIB)];
    await housekeeping("memory.available<1").look();
    expect(evicted).toEqual([expect.stringMatching(/^over over its limit: Pod ephemeral local storage usage exceeds/)]);
    expect(signals).toEqual(["ephemeralpodfs.limit"]);
  });
});

it("housekeeping runs every ten seconds, and reports a failed run once", async () => {
  const keeper = housekeeping("memory.available<1");
  await keeper.start();
  expect(keeper.imageDirectory).toBe(directory);
  const looked = vi.spyOn(keeper, "look").mockRejectedValue(new Error("the runtime is away"));
  for (let i = 0; i < 3; i++) await vi.advanceTimersByTimeAsync(10_000);
  expect([looked.mock.calls.length, logs]).toEqual([3, ["housekeeping: the runtime is away"]]);
  keeper.stop();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(looked).toHaveBeenCalledTimes(3);
});

it("nothing is looked at once it is stopped, even in the middle of a round", async () => {
  const keeper = housekeeping("memory.available<1");
  const round = Promise.withResolvers<void>();
  const look = vi.spyOn(keeper, "look").mockReturnValue(round.promise);
  await keeper.start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(look).toHaveBeenCalledTimes(1);
  keeper.stop();
  round.resolve();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(look).toHaveBeenCalledTimes(1);
});
