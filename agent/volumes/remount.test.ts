import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Pod, Secret } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { isMountPoint } from "../mounts/mounts.ts";
import { PodVolumes } from "./pod-volumes.ts";
import { StorageOperations } from "./storage-operations.ts";
import { VolumeMemory } from "./volume-memory.ts";

/** Root in a container may not be allowed to. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = temporaryDirectory();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "tmpfs", place]);
  if (status === 0) execFileSync("umount", [place]);
  rmSync(place, { recursive: true });
  return status === 0;
}

describe.skipIf(!canMount())("volumes in memory (with the right to mount)", () => {
  const directory = temporaryDirectory();
  const unused = () => Promise.reject(new Error("not asked for here"));
  const memory = new VolumeMemory(join(directory, "memory"), { info: () => {}, warn: () => {} });
  const volumes = new PodVolumes(join(directory, "u"), {
    sources: { claim: unused, persistentVolume: unused, patchStatus: unused, token: unused },
    images: { mount: unused, unmount: unused },
    memory,
    storage: new StorageOperations(),
    csi: { publish: unused, unpublish: async () => {}, grow: unused, republishAt: () => undefined, stats: unused },
  });
  const secret: Secret = { metadata: { name: "s" }, data: { key: "dmFsdWU=" } };
  const prepare = (name = "s") => {
    const pod: Pod = {
      metadata: { namespace: "default", name: "p", uid: "u" },
      spec: {
        containers: [{ name: "c", volumeMounts: [{ name, mountPath: "/s" }] }],
        volumes: [{ name, secret: { secretName: "s" } }],
      },
      status: {},
    };
    return volumes.prepare(pod, {
      objects: { configMap: () => undefined, secret: () => secret, claim: () => undefined, services: () => [] },
      addresses: { podIPs: [], hostIPs: [] },
      allocatable: {},
      now: 0,
    });
  };
  afterAll(async () => {
    await volumes.tearDown();
    await memory.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("AGENT-VOLUME-MEMORY: after a reboot, a secret is written to memory again, not to disk", async () => {
    await prepare();
    expect(volumes.path("s")).toBe(join(directory, "memory/u/volumes/kubernetes.io~secret/s"));
    expect(isMountPoint(join(directory, "memory"))).toBe(true);
    expect(statSync(volumes.path("s") ?? "").mode & 0o7777).toBe(0o1777);
    // A reboot keeps the directory, and loses the mount.
    execFileSync("umount", ["-l", join(directory, "memory")]);
    await prepare();
    expect(isMountPoint(join(directory, "memory"))).toBe(true);
    expect(volumes.file("s", "key")?.text).toBe("value");
  });

  it("memory volumes stay where an earlier version of the agent mounted them", async () => {
    const own = join(directory, "u/volumes/kubernetes.io~secret/old");
    mkdirSync(own, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", own]);
    await prepare("old");
    expect(volumes.path("old")).toBe(own);
    expect(volumes.file("old", "key")?.text).toBe("value");
    await volumes.tearDown();
    expect(existsSync(own)).toBe(false);
  });

  it("memory volumes are removed with their pods, and the file system with the agent unless pods keep running", async () => {
    await prepare();
    await memory.close();
    expect([memory.uids, isMountPoint(join(directory, "memory"))]).toEqual([["u"], true]);
    await expect(memory.directoryOf("late")).rejects.toThrow("the agent is ending");
    await volumes.tearDown();
    expect(memory.uids).toEqual([]);
    await memory.close();
    expect(existsSync(join(directory, "memory"))).toBe(false);
  });
});
