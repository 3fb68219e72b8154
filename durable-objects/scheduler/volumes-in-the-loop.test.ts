import { describe, expect, test } from "vitest";
import type { Event, Pod } from "../../api/generated/core.v1.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";
import { claimedVolumes, provision, waitingClaim, waitingClass } from "../../test/fakes/scheduler/volume-objects.ts";

describe("SCHED-VOLUME: a pod whose volume has to be provisioned", () => {
  /** The reason and message of the pod's condition, which its last event repeats. */
  const reported = async (bench: SchedulingBench) => {
    const [found] = await bench.all<Pod>("pods");
    const condition = found?.status.conditions?.find(({ type }) => type === "PodScheduled");
    const events = await bench.all<Event>("events");
    expect(events.map(({ message }) => message)).toContain(condition?.message);
    return [condition?.reason, condition?.message];
  };
  const zoned = (name: string, zone: string) => node(name, { labels: { "topology.kubernetes.io/zone": zone } });

  test("counts in its zone as if it were bound", async () => {
    const bench = new SchedulingBench();
    const labels = { app: "db" };
    const apart = { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: labels } };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } };
    const db = (name: string, spec: object) => pod(name, { labels, spec: { affinity, ...spec } });
    const nodes = [zoned("a", "x"), zoned("b", "x"), zoned("c", "y")];
    await bench.put(
      "create",
      ...nodes,
      waitingClass,
      waitingClaim,
      db("p0", { volumes: claimedVolumes }),
      db("p1", {}),
      db("p2", {}),
    );
    await bench.loop.run();
    expect(await bench.nodeOf("p0")).toBeUndefined();
    expect([await bench.nodeOf("p1"), await bench.nodeOf("p2")]).toEqual(["c", undefined]);
    bench.restart();
    await bench.loop.run();
    expect(await bench.nodeOf("p2")).toBeUndefined();
  });

  test("keeps its selected node for ten minutes, though it would not be chosen any more", async () => {
    const bench = new SchedulingBench();
    const meant = async () => (await bench.podOf("p"))?.status.nominatedNodeName;
    await bench.put("create", node("a"), waitingClass, waitingClaim, pod("p", { spec: { volumes: claimedVolumes } }));
    await bench.loop.run();
    const spec = { taints: [{ key: "k", effect: "NoSchedule" }] };
    await bench.put("replace", node("a", { labels: { l: "x" }, spec }));
    await bench.loop.run();
    expect(await meant()).toBe("a");
    bench.now += 600_000;
    await bench.loop.run();
    expect(await meant()).toBeUndefined();
    expect(await reported(bench)).toEqual([
      "SchedulerError",
      'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    ]);
  });

  test("is told if its volume cannot be reached from its node", async () => {
    const bench = new SchedulingBench();
    await bench.put(
      "create",
      zoned("a", "x"),
      waitingClass,
      waitingClaim,
      pod("p", { spec: { volumes: claimedVolumes } }),
    );
    await bench.loop.run();
    const term = { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["y"] }] };
    await provision(bench, { nodeAffinity: { required: { nodeSelectorTerms: [term] } } });
    expect(await reported(bench)).toEqual([
      "SchedulerError",
      'running PreBind plugin "VolumeBinding": binding volumes: pv "made" node affinity doesn\'t match node "a": no matching NodeSelectorTerms',
    ]);
  });

  test("is scheduled again when the provisioner gives up on its node, after a back-off, and told why", async () => {
    const bench = new SchedulingBench();
    const meant = async () => (await bench.podOf("p"))?.status.nominatedNodeName;
    await bench.put("create", node("a"), waitingClass, waitingClaim, pod("p", { spec: { volumes: claimedVolumes } }));
    await bench.loop.run();
    const spec = { taints: [{ key: "k", effect: "NoSchedule" }] };
    await bench.put("replace", node("a", { spec }), waitingClaim);
    await bench.put("create", node("b"));
    await bench.loop.run();
    expect(await meant()).toBeUndefined();
    expect(await reported(bench)).toEqual([
      "SchedulerError",
      'running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
    ]);
    bench.now += 1000;
    await bench.loop.run();
    expect(await meant()).toBe("b");
  });

  test("gives up its node when its claim is gone, not while it is being deleted", async () => {
    const bench = new SchedulingBench();
    const meant = async () => (await bench.podOf("p"))?.status.nominatedNodeName;
    await bench.put("create", node("a"), waitingClass, waitingClaim, pod("p", { spec: { volumes: claimedVolumes } }));
    await bench.loop.run();
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    for (const claim of await bench.all("persistentvolumeclaims"))
      await bench.put("replace", { ...claim, metadata: { ...claim.metadata, deletionTimestamp } });
    await bench.loop.run();
    expect(await meant()).toBe("a");
    await bench.remove("persistentvolumeclaims", "data");
    await bench.loop.run();
    expect(await meant()).toBeUndefined();
    expect(await reported(bench)).toEqual([
      "SchedulerError",
      'running PreBind plugin "VolumeBinding": binding volumes: failed to check provisioning pvc: persistentvolumeclaims "default/data" not found',
    ]);
    bench.now += 1000;
    await bench.loop.run();
    expect((await reported(bench))[1]).toContain('persistentvolumeclaim "data" not found');
  });

  test("waits for it, and is bound, whatever becomes of its class and its bound claims", async () => {
    const bench = new SchedulingBench();
    const bound = {
      ...waitingClaim,
      metadata: {
        ...waitingClaim.metadata,
        name: "logs",
        uid: "uid-logs",
        annotations: { "pv.kubernetes.io/bind-completed": "yes" },
      },
      spec: { ...waitingClaim.spec, volumeName: "old" },
    };
    const volume = {
      kind: "PersistentVolume",
      apiVersion: "v1",
      metadata: { ...waitingClass.metadata, name: "old", uid: "uid-old" },
      spec: {
        capacity: { storage: "1Gi" },
        storageClassName: "fast",
        claimRef: { namespace: "default", name: "logs" },
      },
      status: { phase: "Bound" },
    };
    const volumes = [...claimedVolumes, { name: "w", persistentVolumeClaim: { claimName: "logs" } }];
    await bench.put("create", node("a"), waitingClass, waitingClaim, volume, bound, pod("p", { spec: { volumes } }));
    await bench.loop.run();
    await bench.remove("storageclasses.storage.k8s.io", waitingClass.metadata.name);
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    await bench.put("replace", { ...bound, metadata: { ...bound.metadata, deletionTimestamp } });
    await bench.loop.run();
    expect((await bench.podOf("p"))?.status.nominatedNodeName).toBe("a");
    await provision(bench);
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("is moved to another node, not deleted, if its place is taken", async () => {
    const bench = new SchedulingBench();
    await bench.put(
      "create",
      node("a", { pods: "1" }),
      waitingClass,
      waitingClaim,
      pod("p0", { spec: { volumes: claimedVolumes } }),
    );
    await bench.loop.run();
    await bench.put("create", pod("high", { spec: { priority: 10 } }));
    await bench.loop.run();
    expect(await bench.nodeOf("high")).toBe("a");
    expect((await bench.all<Pod>("pods")).map(({ metadata }) => metadata.name).sort()).toEqual(["high", "p0"]);
  });

  test("is nominated to its node, and bound when its claim is", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), waitingClass, waitingClaim, pod("p", { spec: { volumes: claimedVolumes } }));
    await bench.loop.run();
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBeUndefined();
    const [requested] = await bench.all("persistentvolumeclaims");
    expect(requested?.metadata.annotations).toEqual({ "volume.kubernetes.io/selected-node": "a" });
    const meant = async () => (await bench.podOf("p"))?.status.nominatedNodeName;
    expect(await meant()).toBe("a");
    expect(bench.commits).toHaveLength(1);

    await provision(bench);
    expect(await bench.nodeOf("p")).toBe("a");
    expect(await meant()).toBeUndefined();
  });
});
