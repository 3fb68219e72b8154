import { describe, expect, test, vi } from "vitest";
import type { Event, Pod } from "../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";

describe("the scheduling loop", () => {
  test("SCHED-BIND: places a batch in one commit, each pod with its event", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), ...Array.from({ length: 20 }, (_, i) => pod(`p${i}`)));
    await bench.loop.run();
    expect(bench.commits).toHaveLength(1);
    expect((await bench.all<Pod>("pods")).every(({ spec }) => spec.nodeName === "a")).toBe(true);
    const events = await bench.all<Event>("events");
    expect(events.map(({ message }) => message)).toContain("Successfully assigned default/p7 to a");
    expect(events).toHaveLength(20);
  });

  test("SCHED-BATCH: batches the pods that arrive shortly after a batch", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), pod("first"));
    bench.pause = async (milliseconds) => {
      if (milliseconds <= 0) return;
      bench.pause = async () => undefined;
      await bench.put("create", pod("second"));
      await bench.put("create", pod("third"));
    };
    await bench.loop.run();
    expect(bench.commits.map(({ writes }) => writes.length)).toEqual([2, 4]);
  });

  test("accepts a node whose images have no names", async () => {
    const bench = new SchedulingBench();
    const a = node("a");
    const unnamed = { ...a, status: { ...a.status, images: [{ names: null, sizeBytes: 7 }] } };
    await bench.put("create", unnamed, pod("p"));
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("SCHED-WAKE: a run that is requested as the last one ends is not lost", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"));
    let last: Promise<void> | undefined;
    bench.onWakeAt = () => {
      bench.onWakeAt = () => undefined;
      void bench.put("create", pod("late"));
      queueMicrotask(() => {
        last = bench.loop.run();
      });
    };
    await bench.loop.run();
    await last;
    expect(await bench.nodeOf("late")).toBe("a");
  });

  test("SCHED-WAKE: a run that fails is repeated after a while", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), pod("p"));
    vi.spyOn(bench.store, "texts").mockRejectedValueOnce(new Error("the store is restarting"));
    const problems: string[] = [];
    bench.onError = (what) => problems.push(what);
    await bench.loop.run();
    expect(problems).toEqual(["run"]);
    expect(bench.wakeAt).toBe(bench.now + 3000);
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("skips a pod that changed during the cycle, and schedules its new version", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), node("b"), pod("p1"), pod("p2"));
    bench.beforeCommit = async () => {
      bench.beforeCommit = async () => undefined;
      await bench.put("replace", pod("p1", { spec: { nodeSelector: { "kubernetes.io/hostname": "b" } } }));
    };
    await bench.loop.run();
    await bench.loop.run();
    expect(await bench.nodeOf("p1")).toBe("b");
    expect(await bench.nodeOf("p2")).toBeDefined();
  });

  test("gives the place of a deleted pod to others", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a", { pods: "1" }), pod("gone"), pod("p"));
    bench.beforeCommit = async () => {
      bench.beforeCommit = async () => undefined;
      await bench.remove("pods", "gone");
    };
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("SCHED-MINE: schedules neither deleted pods nor pods of another scheduler", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), pod("gone"), pod("other", { spec: { schedulerName: "mine" } }));
    bench.beforeCommit = () => bench.remove("pods", "gone");
    await bench.loop.run();
    expect(await bench.all("pods")).toMatchObject([{ metadata: { name: "other" }, spec: { schedulerName: "mine" } }]);
    expect(await bench.nodeOf("other")).toBeUndefined();
  });

  test("SCHED-REFUSE: reports once why a pod is pending, and schedules it when the missing resource appears", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), pod("p", { spec: { nodeSelector: { disk: "ssd" } } }));
    await bench.loop.run();
    const [waiting] = await bench.all<Pod>("pods");
    expect(waiting?.status.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "Unschedulable", observedGeneration: 1 },
    ]);
    const commits = bench.commits.length;
    await bench.put("create", node("c"));
    await bench.loop.run();
    expect(bench.commits).toHaveLength(commits);
    await bench.put("create", node("b", { labels: { disk: "ssd" } }));
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("b");
  });

  test("counts repeated events, and writes the final count when the series has ended", async () => {
    const bench = new SchedulingBench();
    // A node with no room for any pod: each of its changes is worth a look.
    const full = (look: string) =>
      node("a", { pods: "0", spec: { taints: [{ key: look, effect: "PreferNoSchedule" }] } });
    await bench.put("create", full("0"), pod("p"));
    const seen: (number | undefined)[][] = [];
    for (let look = 1; look <= 5; look++) {
      await bench.loop.run();
      seen.push((await bench.all<Event>("events")).map(({ series }) => series?.count));
      bench.now += 11_000;
      await bench.put("replace", full(String(look)));
    }
    // The first one sees the pod as it was before its condition said that it is waiting.
    expect(seen).toEqual([[undefined], [undefined, undefined], [undefined, 2], [undefined, 2], [undefined, 2]]);
    expect(bench.wakeAt).toBe(bench.now - 11_000 + 360_000);
    await bench.remove("nodes", "a");
    bench.now += 400_000;
    await bench.loop.run();
    const counts = (await bench.all<Event>("events")).map(({ series }) => series?.count);
    expect(counts).toContain(4);
    expect(bench.wakeAt).toBeUndefined();
  });

  test("SCHED-REFUSE: does not repeat, after hibernation, what the pod's condition already says", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), pod("p", { spec: { nodeSelector: { disk: "ssd" } } }));
    for (let life = 0; life < 3; life++) {
      await bench.loop.run();
      bench.restart();
      bench.now += 60_000;
    }
    expect(await bench.all<Event>("events")).toHaveLength(1);
    await bench.put("create", node("b"));
    await bench.loop.run();
    expect((await bench.all<Event>("events")).map(({ message }) => message?.slice(0, 4))).toEqual(["0/1 ", "0/2 "]);
  });

  test("preempts a pod of lower priority, and uses its place when it is gone", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a", { cpu: "1" }), pod("victim", { cpu: "800m" }));
    await bench.settle();
    await bench.put("create", pod("p", { cpu: "800m", spec: { priority: 10 } }));
    await bench.settle();
    await bench.settle();
    expect(await bench.nodeOf("p")).toBe("a");
    expect((await bench.all<Event>("events")).map(({ reason }) => reason)).toContain("Preempted");
  });

  test("preempts for the others of a batch, too, if the event of one cannot be written", async () => {
    const bench = new SchedulingBench();
    const nodes = ["a", "b"].map((name) => node(name, { pods: "1" }));
    await bench.put("create", ...nodes, pod("low-1"), pod("low-2"));
    await bench.loop.run();
    await bench.put("create", pod("high-1", { spec: { priority: 10 } }), pod("high-2", { spec: { priority: 10 } }));
    const problems: string[] = [];
    bench.onError = (what) => problems.push(what);
    bench.beforeCommit = async () => {
      const [{ writes } = { writes: [] }] = bench.commits.slice(-1);
      if (writes.length === 1 && writes[0]?.key.resource === "events") throw new Error("the store is restarting");
    };
    await bench.settle();
    expect((await bench.all<Pod>("pods")).map(({ metadata }) => metadata.name)).toEqual(["high-1", "high-2"]);
    expect(problems).toEqual(["preemption for default/high-1", "preemption for default/high-2"]);
  });

  test("SCHED-PREEMPT: no pod waits while victims are deleted, and only the preemptor until they are", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a", { cpu: "1" }), pod("victim", { cpu: "800m" }));
    await bench.loop.run();
    const deletion = Promise.withResolvers<void>();
    let deletions = 0;
    bench.evict = async (name) => {
      deletions++;
      await bench.remove("pods", name);
      await deletion.promise;
    };
    await bench.put("create", pod("p", { cpu: "800m", spec: { priority: 10 } }));
    await bench.loop.run();
    await bench.put("create", pod("small", { cpu: "100m" }), node("b", { cpu: "50m" }));
    await bench.loop.run();
    expect([await bench.nodeOf("small"), await bench.nodeOf("p"), deletions]).toEqual(["a", undefined, 1]);
    deletion.resolve();
    await bench.settle();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("SCHED-PREEMPT: if a victim cannot be deleted, the pod is tried again after its back-off", async () => {
    const bench = new SchedulingBench();
    const errors: string[] = [];
    bench.onError = (about) => void errors.push(about);
    await bench.put("create", node("a", { cpu: "1" }), pod("victim", { cpu: "800m" }));
    await bench.loop.run();
    bench.evict = async () => {
      throw new Error("refused");
    };
    await bench.put("create", pod("p", { cpu: "800m", spec: { priority: 10 } }));
    for (const wait of [1000, 2000]) {
      await bench.settle();
      expect(bench.wakeAt).toBe(bench.now + wait);
      bench.now += wait;
    }
    expect(errors).toEqual(["preempting default/victim", "preempting default/victim"]);
  });

  test("SCHED-LOG: after an eviction from memory, a new loop continues where the old one was", async () => {
    const [bench, next] = [new SchedulingBench(), new SchedulingBench()];
    await bench.put("create", node("a", { pods: "2" }), pod("p1"), pod("p2"), pod("p3"));
    await bench.loop.run();
    Object.assign(next, { store: bench.store });
    await next.loop.run();
    expect((await bench.all<Pod>("pods")).filter(({ spec }) => spec.nodeName)).toHaveLength(2);
  });

  test("reports nothing about a pod whose device claim does not exist yet, and allocates the claim in the commit that binds the pod", async () => {
    const bench = new SchedulingBench();
    const resource = (kind: string, name: string, spec: object, namespace?: string) =>
      ({
        kind,
        apiVersion: "resource.k8s.io/v1",
        metadata: {
          name,
          ...(namespace && { namespace }),
          uid: `uid-${name}`,
          resourceVersion: "",
          creationTimestamp: "2026-01-01T00:00:00Z",
        },
        spec,
        status: {},
      }) as Stored<KubeObject>;
    const claimed = pod("p", { spec: { resourceClaims: [{ name: "gpu", resourceClaimName: "c" }] } });
    await bench.put("create", node("a"), claimed, resource("DeviceClass", "gpu", {}));
    await bench.loop.run();
    expect(bench.commits).toHaveLength(0);
    const slice = {
      driver: "d",
      nodeName: "a",
      pool: { name: "a", generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "x" }],
    };
    const devices = { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] };
    await bench.put(
      "create",
      resource("ResourceSlice", "a", slice),
      resource("ResourceClaim", "c", { devices }, "default"),
    );
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
    expect(bench.commits).toHaveLength(1);
    const [claim] = await bench.all<ResourceClaim>("resourceclaims.resource.k8s.io");
    expect(claim?.status.reservedFor).toEqual([{ resource: "pods", name: "p", uid: claimed.metadata.uid }]);
    expect(claim?.status.allocation?.devices?.results).toEqual([{ request: "r", driver: "d", pool: "a", device: "x" }]);
  });

  test("retries pods that wait for an affinity partner once it is bound", async () => {
    const bench = new SchedulingBench();
    const term = { labelSelector: { matchLabels: { a: "b" } }, topologyKey: "kubernetes.io/hostname" };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    await bench.put("create", node("a"), pod("waits", { spec: { affinity } }));
    await bench.loop.run();
    expect(await bench.nodeOf("waits")).toBeUndefined();
    await bench.put("create", pod("partner", { labels: { a: "b" } }));
    await bench.loop.run();
    expect(await bench.nodeOf("waits")).toBe("a");
  });
});
