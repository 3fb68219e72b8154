import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Samples } from "./metric-results.ts";
import { byAverage, byUtilization, type Situation } from "./replica-count.ts";

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
