import { describe, expect, it, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Samples } from "./metric-results.ts";
import { byAverage, byUtilization, byValue, byValuePerPod, type Situation, toleranceOf } from "./replica-count.ts";

const now = Date.parse("2026-01-01T01:00:00Z");
const pod = (name: string, more: Partial<Pod> & { phase?: string; gone?: boolean } = {}): Pod => ({
  metadata: { name, ...(more.gone ? { deletionTimestamp: "2026-01-01T01:00:00Z" } : {}) },
  spec: more.spec ?? { containers: [{ name: "c", resources: { requests: { cpu: "100m" } } }] },
  status: {
    phase: more.phase ?? "Running",
    startTime: "2026-01-01T00:00:00Z",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:01:00Z" }],
  },
});
const samples = (values: Record<string, number>): Samples =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value, at: now, window: 30_000 }]));
const among = (pods: readonly Pod[]): Situation => ({
  replicas: pods.length,
  pods,
  tolerance: { up: 0.1, down: 0.1 },
  now,
});
const cpu = (percent: number, container?: string) => ({ percent, resource: "cpu", container });

describe("CTL-HPA-COUNT: pods that are ignored or have no metrics", () => {
  it("include terminating and failed ones, whatever they use", () => {
    const pods = [pod("a"), pod("b", { gone: true }), pod("c", { phase: "Failed" })];
    const outcome = byUtilization(samples({ a: 50, b: 900, c: 900 }), cpu(50), among(pods));
    expect(outcome).toEqual({ replicas: 3, current: 50, average: 50 });
  });

  it("leave the size unchanged if usage is exactly on target", () => {
    const pods = ["a", "b", "c"].map((name) => pod(name));
    expect(byUtilization(samples({ a: 50 }), cpu(50), among(pods))).toMatchObject({ replicas: 3 });
  });

  it("are assumed to use the target if that is more than 100% of the request", () => {
    const pods = ["a", "b"].map((name) => pod(name));
    // (100 + 200) / 200 is three quarters of what is wanted; with 100 for the second it would be half.
    expect(byUtilization(samples({ a: 100 }), cpu(200), among(pods))).toMatchObject({ replicas: 2 });
  });

  it("never turn a scale-up by an average into a scale-down", () => {
    const situation = { ...among([pod("a"), pod("b")]), replicas: 6 };
    // (26 + 0) / 2 asks for three of the two that are known, which are six soon.
    expect(byAverage(samples({ a: 26 }), 10, "", situation)).toMatchObject({ replicas: 6 });
  });
});

describe("CTL-HPA-COUNT: how many pods are wanted", () => {
  const all = (values: Record<string, number>) => Object.keys(values).map((name) => pod(name));
  test.each<[string, Record<string, number>, readonly Pod[], number]>([
    ["in proportion, rounded up", { a: 80, b: 81 }, [], 4],
    ["as many if it is within the tolerance", { a: 55, b: 55 }, [], 2],
    ["as many if it is just below it", { a: 45, b: 45 }, [], 2],
    ["more beyond it", { a: 56, b: 56 }, [], 3],
    ["fewer beyond it", { a: 44, b: 22, c: 44 }, [], 3],
    ["fewer by more", { a: 10, b: 10, c: 40 }, [], 2],
    // One without metrics is taken to use nothing for more, and all it requests for fewer.
    ["more with one that is not measured", { a: 90, b: 90 }, [pod("x")], 4],
    ["no more if that one may do it", { a: 70, b: 70, c: 70 }, [pod("x")], 4],
    ["fewer with one that is not measured", { a: 5, b: 5, c: 5, d: 5 }, [pod("x")], 3],
    ["no fewer if that one may need it", { a: 25, b: 25 }, [pod("x")], 3],
    // One that does not run yet is taken to use nothing for more, and is left out for fewer.
    ["more with one that does not run", { a: 90, b: 90 }, [pod("x", { phase: "Pending" })], 4],
    ["no more if that one may do it", { a: 70, b: 70, c: 70 }, [pod("x", { phase: "Pending" })], 4],
    ["fewer, whatever does not run", { a: 25, b: 25 }, [pod("x", { phase: "Pending" })], 1],
  ])("%s", (_, values, more, replicas) => {
    const situation = among([...all(values), ...more]);
    expect(byUtilization(samples(values), cpu(50), situation)).toMatchObject({ replicas });
  });

  test("by those that run alone, whatever others use", () => {
    const situation = among([pod("a"), pod("b"), pod("x", { phase: "Pending" })]);
    expect(byUtilization(samples({ a: 25, b: 25, x: 900 }), cpu(50), situation)).toMatchObject({ replicas: 1 });
    expect(byUtilization(samples({ x: 900 }), cpu(50), situation)).toHaveProperty("error");
    expect(byUtilization(samples({ x: 900 }), cpu(50), among([]))).toHaveProperty("error");
  });

  const fresh = (startTime: string | undefined, status: string, since: string): Pod => ({
    ...pod("x"),
    status: {
      phase: "Running",
      ...(startTime !== undefined && { startTime }),
      conditions: [{ type: "Ready", status, lastTransitionTime: since }],
    },
  });
  // Two use all that is wanted; the third, called x, uses ten times as much, which counts if it is not starting.
  test.each<[string, Pod, number, number]>([
    ["has been ready for long", fresh("2026-01-01T00:00:00Z", "True", "2026-01-01T00:01:00Z"), 0, 12],
    ["was ready, and is not", fresh("2026-01-01T00:00:00Z", "False", "2026-01-01T00:50:00Z"), 0, 12],
    ["has never been ready", fresh("2026-01-01T00:00:00Z", "False", "2026-01-01T00:00:29Z"), 0, 3],
    ["has started just now, and is not ready", fresh("2026-01-01T00:58:00Z", "False", "2026-01-01T00:58:40Z"), 0, 3],
    [
      "has started just now, and was measured since",
      fresh("2026-01-01T00:58:00Z", "True", "2026-01-01T00:59:30Z"),
      0,
      12,
    ],
    [
      "has started just now, and was measured before",
      fresh("2026-01-01T00:58:00Z", "True", "2026-01-01T00:59:30Z"),
      1,
      3,
    ],
    ["has started five minutes ago", fresh("2026-01-01T00:55:00Z", "True", "2026-01-01T00:59:30Z"), 1, 12],
    ["has not started", fresh(undefined, "True", "2026-01-01T00:01:00Z"), 0, 3],
  ])("if one %s", (_, x, age, replicas) => {
    const measured = new Map(samples({ a: 50, b: 50 }));
    measured.set("x", { value: 500, at: now - age, window: 30_000 });
    expect(byUtilization(measured, cpu(50), among([pod("a"), pod("b"), x]))).toMatchObject({ replicas });
  });

  test("by what an object says, in proportion to ready pods, or from none", () => {
    const [ready, ended] = [pod("a"), pod("b", { phase: "Succeeded" })];
    const unready = fresh("2026-01-01T00:00:00Z", "False", "2026-01-01T00:50:00Z");
    const situation = among([ready, ended, unready]);
    expect(byValue(2500, 1000, situation)).toEqual({ replicas: 3, current: 2500 });
    expect(byValue(1050, 1000, situation)).toEqual({ replicas: 3, current: 1050 });
    expect(byValue(1500, 1000, { ...situation, replicas: 0 })).toEqual({ replicas: 2, current: 1500 });
    expect(byValue(2500, 1000, { ...situation, pods: [] })).toHaveProperty("error");
    expect(byValuePerPod(7000, 1000, { statusReplicas: 3, tolerance: situation.tolerance })).toEqual({
      replicas: 7,
      current: 2334,
    });
    expect(byValuePerPod(3200, 1000, { statusReplicas: 3, tolerance: situation.tolerance })).toEqual({
      replicas: 3,
      current: 1067,
    });
  });

  test("the tolerance is a tenth, unless its behavior says otherwise", () => {
    const of = (behavior?: object) =>
      toleranceOf({ ...(behavior && { behavior }) } as Parameters<typeof toleranceOf>[0]);
    expect(of()).toEqual({ up: 0.1, down: 0.1 });
    expect(of({ scaleUp: { tolerance: "0.05" }, scaleDown: { tolerance: "0" } })).toEqual({ up: 0.05, down: 0 });
  });
});

describe("CTL-HPA-REQUEST: utilization is relative to", () => {
  const whole = (requests: Record<string, string>, own?: Record<string, string>): Partial<Pod> => ({
    spec: {
      resources: { requests },
      overhead: { cpu: "100m" },
      containers: [{ name: "c", ...(own ? { resources: { requests: own } } : {}) }],
    },
  });

  it("the pod-level request plus overhead, if there is one", () => {
    const outcome = byUtilization(samples({ a: 200 }), cpu(50), among([pod("a", whole({ cpu: "300m" }))]));
    expect(outcome).toEqual({ replicas: 1, current: 50, average: 200 });
    const ofMemory = whole({ memory: "1Gi" }, { cpu: "300m" });
    expect(byUtilization(samples({ a: 200 }), cpu(50), among([pod("a", ofMemory)]))).toMatchObject({ current: 50 });
  });

  it("the requests of its containers and sidecars", () => {
    const requests = { requests: { cpu: "100m" } };
    const initContainers = [
      { name: "init", image: "i" },
      { name: "sidecar", image: "i", restartPolicy: "Always", resources: requests },
    ];
    const each = pod("a", { spec: { initContainers, containers: [{ name: "c", image: "i", resources: requests }] } });
    expect(byUtilization(samples({ a: 200 }), cpu(50), among([each]))).toMatchObject({ replicas: 2, current: 100 });
  });

  it("the request of a single container, if the metric is for that container", () => {
    const asking = pod("a", whole({ cpu: "300m" }, { cpu: "50m" }));
    expect(byUtilization(samples({ a: 25 }), cpu(50, "c"), among([asking]))).toMatchObject({ current: 50 });
    const error = "container d not found in Pod a";
    expect(byUtilization(samples({ a: 25 }), cpu(50, "d"), among([asking]))).toEqual({ error });
  });

  it("nothing if there is no request", () => {
    const asking = pod("a", { spec: { resources: { requests: { memory: "1Gi" } }, containers: [{ name: "c" }] } });
    const error = "missing pod-level request for cpu in Pod a";
    expect(byUtilization(samples({ a: 25 }), cpu(50), among([asking]))).toEqual({ error });
  });
});
