import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { removeOrphans } from "../housekeeping/remove-orphans.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { cgroupFiles, limitPodCgroup, removePodCgroup } from "./pod-cgroup.ts";

const ROOT = "/sys/fs/cgroup";
/** The hierarchy in which processes are grouped, in whichever version of cgroups the machine has. */
const hierarchy = existsSync(join(ROOT, "cgroup.controllers")) ? ROOT : join(ROOT, "pids");

/** Whether this machine lets the tests create cgroups. */
function canCreate(): boolean {
  const probe = join(hierarchy, `sailplane-test-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

describe("AGENT-PIDS: the processes of a pod", () => {
  const limits = { cpuShares: 2, cpuQuota: 0, cpuPeriod: 100_000, memoryLimit: 0 };
  const pidsOf = (maxPids: number | undefined, unified: boolean) =>
    cgroupFiles({ ...limits, maxPids }, unified).find(([file]) => file.endsWith("pids.max"));

  it("are limited in both versions of cgroups, if the node says so", () => {
    expect([pidsOf(100, true), pidsOf(100, false)]).toEqual([
      ["pids.max", "100"],
      ["pids/pids.max", "100"],
    ]);
    expect(pidsOf(undefined, true)).toEqual(["pids.max", "max"]);
  });

  it.skipIf(!canCreate())("are limited in the kernel (where the machine allows cgroups)", async () => {
    const uid = `pids-${process.pid}`;
    await limitPodCgroup({ metadata: { uid }, spec: { containers: [] }, status: {} }, "cgroupfs", 123);
    expect(readFileSync(join(hierarchy, "kubepods", `pod${uid}`, "pids.max"), "utf8")).toBe("123\n");
    await removePodCgroup(uid, "cgroupfs");
  });
});

describe.skipIf(!canCreate())("a pod's cgroup (where the machine allows cgroups)", () => {
  it("AGENT-DELETE: a pod's cgroup is removed with leftover processes of an interrupted start and nested cgroups", async () => {
    const uid = `test-${process.pid}`;
    const pod = join(hierarchy, "kubepods", `pod${uid}`);
    const nested = join(pod, "container", "nested");
    mkdirSync(nested, { recursive: true });
    const left = spawn("sleep", ["600"]);
    const ended = once(left, "exit");
    writeFileSync(join(nested, "cgroup.procs"), String(left.pid));
    await removePodCgroup(uid, "cgroupfs");
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(readdirSync(join(hierarchy, "kubepods"))).not.toContain(`pod${uid}`);
    // It is gone: that is no error.
    await removePodCgroup(uid, "cgroupfs");
  });

  it("AGENT-ONCE: an orphaned cgroup is removed if its pod left only directories", async () => {
    const uid = `left-${process.pid}`;
    mkdirSync(join(hierarchy, "kubepods", `pod${uid}`), { recursive: true });
    const runtime = { observe: async () => ({ sandboxes: [], containers: [] }), cgroupDriver: "cgroupfs" };
    const remains = { uids: new Set([uid]), remove: async () => {} };
    const log = { info() {}, warn() {} };
    await removeOrphans({ runtime: runtime as unknown as Runtime, remains, isKnown: () => false, log });
    expect(readdirSync(join(hierarchy, "kubepods"))).not.toContain(`pod${uid}`);
  });
});
