import { describe, expect, test } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { Device, ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { claim, claimant, deviceClass, one, slice } from "../../test/fakes/scheduler/device-objects.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";
import { claimedVolumes, provision, waitingClaim, waitingClass } from "../../test/fakes/scheduler/volume-objects.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const GPU = "example.com/gpu";

const withDisk = (of: Stored<Pod>, spec: object = {}): Stored<Pod> => ({
  ...of,
  spec: { ...of.spec, ...spec, volumes: claimedVolumes },
});

const claimOf = async (bench: SchedulingBench, name: string) => {
  const found = (await bench.all<ResourceClaim>(CLAIMS)).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error("no claim");
  return found;
};

describe("SCHED-VOLUME: a pod that waits for its volume, and needs devices", () => {
  const start = async (device: Device, spec: object = {}) => {
    const bench = new SchedulingBench();
    const objects = [node("a", { pods: "1" }), deviceClass("gpu"), slice("a", [device]), waitingClass, waitingClaim];
    await bench.put("create", ...objects, claim("c", one()), withDisk(claimant("p", "c"), spec));
    await bench.loop.run();
    return bench;
  };

  test("holds them, so that no other pod gets them meanwhile", async () => {
    const bench = new SchedulingBench();
    const objects = [node("a"), deviceClass("gpu"), slice("a", [{ name: "d0" }]), waitingClass, waitingClaim];
    await bench.put("create", ...objects, claim("c", one()), claim("other", one()), withDisk(claimant("p", "c")));
    await bench.loop.run();
    expect((await claimOf(bench, "c")).status).toMatchObject({
      allocation: { devices: { results: [{ device: "d0" }] } },
      reservedFor: [{ resource: "pods", name: "p" }],
    });
    await bench.put("create", claimant("q", "other"));
    await bench.loop.run();
    expect(await bench.messageOf("q")).toContain("1 cannot allocate all claims");
    expect(await bench.nodeOf("p")).toBeUndefined();
    await provision(bench);
    expect(await bench.nodeOf("p")).toBe("a");
    expect((await claimOf(bench, "c")).status.reservedFor).toHaveLength(1);
  });

  test("keeps them while the scheduler is restarted, and waits no longer than ten minutes from then", async () => {
    const bench = await start({ name: "d0" });
    const commits = bench.commits.length;
    bench.restart();
    await bench.loop.run();
    expect(bench.commits).toHaveLength(commits);
    bench.now += 600_000;
    await bench.loop.run();
    expect(await bench.messageOf("p")).toBe(
      'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    );
    const { status } = await claimOf(bench, "c");
    expect([status.reservedFor, status.allocation !== undefined]).toEqual([undefined, true]);
  });

  test("is bound when both are ready, in either order", async () => {
    const bound = { name: "d0", bindingConditions: ["Ready"] };
    const ready = async (bench: SchedulingBench) => {
      const found = await claimOf(bench, "c");
      const conditions = [{ type: "Ready", status: "True", reason: "", message: "", lastTransitionTime: "" }];
      const devices = [{ driver: "gpu.example.com", pool: "a", device: "d0", conditions }];
      await bench.put("replace", { ...found, status: { ...found.status, devices } } as Stored<ResourceClaim>);
      await bench.loop.run();
    };
    for (const [first, second] of [
      [provision, ready],
      [ready, provision],
    ] as const) {
      const bench = await start(bound);
      await first(bench);
      expect(await bench.nodeOf("p")).toBeUndefined();
      await second(bench);
      expect(await bench.nodeOf("p")).toBe("a");
    }
  });

  test("gives them back if its place is taken", async () => {
    const bench = await start({ name: "d0" });
    await bench.put("create", pod("high", { spec: { priority: 10 } }));
    await bench.loop.run();
    expect(await bench.nodeOf("high")).toBe("a");
    expect((await claimOf(bench, "c")).status.reservedFor).toBeUndefined();
  });

  test("has its claim for extended resources from the start", async () => {
    const bench = new SchedulingBench();
    const gpus = deviceClass("gpu", { extendedResourceName: GPU });
    const containers = [{ name: "c", image: "i", resources: { requests: { [GPU]: "1" } } }];
    const objects = [node("a"), gpus, slice("a", [{ name: "d0" }]), waitingClass, waitingClaim];
    await bench.put("create", ...objects, withDisk(pod("p"), { containers }));
    await bench.loop.run();
    const [made] = await bench.all<ResourceClaim>(CLAIMS);
    expect(made?.status.reservedFor).toHaveLength(1);
    expect((await bench.podOf("p"))?.status).toMatchObject({
      nominatedNodeName: "a",
      extendedResourceClaimStatus: { resourceClaimName: made?.metadata.name },
    });
    await provision(bench);
    expect(await bench.nodeOf("p")).toBe("a");
    expect(await bench.all(CLAIMS)).toHaveLength(1);
  });
});
