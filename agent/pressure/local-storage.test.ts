import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { podOf } from "../../test/fakes/node/pod-of.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { countInodes, hasStorageLimit, measureStorage, overLimit } from "./local-storage.ts";

const MIB = 1024 * 1024;
const limits = { limits: { "ephemeral-storage": "2Mi" } };
const use = (volume: number, container: number) => ({
  volumes: new Map([["v", volume * MIB]]),
  containers: new Map([["c", container * MIB]]),
});

describe("AGENT-PRESSURE-STORAGE: a pod's local storage", () => {
  const withVolume = podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }] });
  const two = podOf({ containers: [{ name: "c", resources: limits }, { name: "d" }] });
  const equal = podOf({ containers: ["c", "d"].map((name) => ({ name, resources: limits })) });
  const one = podOf({ containers: [{ name: "c", resources: limits }] });

  it.each([
    [withVolume, use(1, 9), undefined],
    [withVolume, use(2, 0), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '],
    [two, use(1, 1), undefined],
    // The other container's volume counts too.
    [two, use(9, 1), "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "],
    [equal, use(0, 3), 'Container c exceeded its local ephemeral storage limit "2Mi". '],
    [equal, use(0, 2), undefined],
    [podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "0" } }] }), use(9, 0), undefined],
    [podOf({ volumes: [{ name: "other", emptyDir: { sizeLimit: "1Mi" } }] }), use(9, 0), undefined],
    [podOf({ containers: [{ name: "d", resources: limits }] }), use(0, 1), undefined],
    [one, use(2, 1), "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "],
  ])("leads to eviction above its limits (%#)", (pod, used, why) => expect(overLimit(pod, used)?.message).toBe(why));

  it("is measured only if there is a limit", () => {
    const inMemory = podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi", medium: "Memory" } }] });
    const ofSidecar = podOf({ initContainers: [{ name: "s", restartPolicy: "Always", resources: limits }] });
    expect([withVolume, one, ofSidecar, inMemory, podOf({})].map(hasStorageLimit)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("counts its disk-backed emptyDirs, and the writable layer and logs of each container that lasts", async () => {
    const directory = temporaryDirectory();
    const file = (path: string) => {
      mkdirSync(join(directory, path, ".."), { recursive: true });
      writeFileSync(join(directory, path), Buffer.alloc(64 * 1024, 1));
    };
    for (const name of ["v", "m"]) file(`volumes/kubernetes.io~empty-dir/${name}/file`);
    for (const name of ["c", "s", "i"]) file(`logs/${name}/0.log`);
    const pod = podOf({
      initContainers: [{ name: "i" }, { name: "s", restartPolicy: "Always" }],
      containers: [{ name: "c" }, { name: "d" }],
      volumes: [
        { name: "v", emptyDir: {} },
        { name: "m", emptyDir: { medium: "Memory" } },
        { name: "h", hostPath: { path: "/" } },
      ],
    });
    const layers = new Map([["c", 5 * MIB]]);
    const place = { directory, logDirectory: join(directory, "logs"), layers };
    const { volumes, containers } = await measureStorage(pod, place);
    const kept = (bytes = 0) => Math.floor(bytes / (64 * 1024));
    expect([...volumes].map(([name, bytes]) => [name, kept(bytes)])).toEqual([["v", 1]]);
    expect([...containers].map(([name, bytes]) => [name, kept(bytes)])).toEqual([
      ["s", 1],
      ["c", (5 * MIB) / (64 * 1024) + 1],
      ["d", 0],
    ]);
    expect(containers.get("d")).toBe(0);
    const inodes = new Map([
      ["c", 100],
      ["s", 10],
    ]);
    // Three directories with a file each.
    expect(await countInodes(pod, { ...place, layers: inodes })).toBe(110 + 6);
    rmSync(directory, { recursive: true });
  });
});
