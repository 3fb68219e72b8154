import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Pod, Secret } from "../../api/generated/core.v1.ts";
import { isMountPoint } from "./mounts.ts";
import { PodVolumes } from "./pod-volumes.ts";

/** Root of a container may be forbidden to. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = mkdtempSync(join(tmpdir(), "sailplane-mount-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "tmpfs", place]);
  if (status === 0) execFileSync("umount", [place]);
  rmSync(place, { recursive: true });
  return status === 0;
}

describe.skipIf(!canMount())("volumes in memory (with the right to mount)", () => {
  const directory = mkdtempSync(join(tmpdir(), "sailplane-volumes-"));
  const unused = () => Promise.reject(new Error("not asked for here"));
  const volumes = new PodVolumes(directory, {
    sources: { claim: unused, persistentVolume: unused, grown: unused, token: unused },
    images: { mount: unused, unmount: unused },
    csi: { publish: unused, unpublish: async () => {}, grow: unused, republishAt: () => undefined, stats: unused },
  });
  afterAll(async () => {
    await volumes.tearDown();
    rmSync(directory, { recursive: true, force: true });
  });

  it("AGENT-VOLUME: after a reboot a secret is written to memory again, not to the disk", async () => {
    const pod: Pod = {
      metadata: { namespace: "default", name: "p", uid: "u" },
      spec: {
        containers: [{ name: "c", volumeMounts: [{ name: "s", mountPath: "/s" }] }],
        volumes: [{ name: "s", secret: { secretName: "s" } }],
      },
      status: {},
    };
    const secret: Secret = { metadata: { name: "s" }, data: { key: "dmFsdWU=" } };
    const prepare = () =>
      volumes.prepare(pod, {
        objects: { configMap: () => undefined, secret: () => secret, claim: () => undefined, services: () => [] },
        addresses: { podIPs: [], hostIPs: [] },
        allocatable: {},
        now: 0,
      });
    await prepare();
    const path = volumes.path("s") ?? "";
    expect(isMountPoint(path)).toBe(true);
    // A reboot leaves the directory, and takes the mount.
    execFileSync("umount", ["-l", path]);
    writeFileSync(join(path, "left"), "");
    await prepare();
    expect(isMountPoint(path)).toBe(true);
    expect(volumes.file("s", "key")).toBe("value");
  });
});
