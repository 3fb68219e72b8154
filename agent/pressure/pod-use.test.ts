import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { useOfSignal } from "./pod-use.ts";
import type { Signal } from "./thresholds.ts";

const directory = temporaryDirectory();
const write = (path: string, bytes: number) => {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), Buffer.alloc(bytes, 1));
};
const KIB = 1024;
write("p/volumes/kubernetes.io~empty-dir/v/file", 256 * KIB);
write("logs/c/0.log", 64 * KIB);

const pod: Pod = {
  metadata: { namespace: "ns", name: "p", uid: "p" },
  spec: { containers: [{ name: "c" }], volumes: [{ name: "v", emptyDir: {} }] },
  status: {},
};
const usage: ContainerUsage[] = [
  {
    ...{ id: "containerd://1", name: "c", pod: { namespace: "ns", name: "p", uid: "p" }, cpuNanoseconds: 0 },
    ...{ memoryWorkingSetBytes: 7, diskBytes: 1024 * KIB, diskInodes: 100 },
  },
];
const placed = { pod, directories: { directory: join(directory, "p"), logDirectory: join(directory, "logs") } };
const threads = async () => new Map([["containerd://1", 12]]);

const totalOf = async (signal: Signal, hasImageDisk: boolean) =>
  (await useOfSignal(signal, { pods: [placed], usage, hasImageDisk, threads }))(pod).total;
const mostly = (bytes: number) => Math.round(bytes / (64 * KIB));

describe("AGENT-PRESSURE-EVICT: what the end of a pod gives back", () => {
  it.each<[Signal, number, number]>([
    ["nodefs.available", 16 + 4 + 1, 4 + 1],
    ["imagefs.available", 16 + 4 + 1, 16],
  ])("of %s is all of its files, or only those on that disk", async (signal, together, apart) => {
    expect(mostly(await totalOf(signal, false))).toBe(together);
    expect(mostly(await totalOf(signal, true))).toBe(apart);
  });

  it("of inodes likewise", async () => {
    expect([await totalOf("nodefs.inodesFree", false), await totalOf("nodefs.inodesFree", true)]).toEqual([104, 4]);
    expect([await totalOf("imagefs.inodesFree", false), await totalOf("imagefs.inodesFree", true)]).toEqual([104, 100]);
  });

  it("of process ids is its threads, of memory its working set", async () => {
    expect([await totalOf("pid.available", false), await totalOf("memory.available", false)]).toEqual([12, 7]);
  });
});
