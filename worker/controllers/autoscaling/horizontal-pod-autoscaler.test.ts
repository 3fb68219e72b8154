import { describe, expect, it } from "vitest";
import { start } from "../../../test/fakes/controllers/controlled-autoscaler.ts";

const average = (averageValue: string) => ({ type: "AverageValue", averageValue });

describe("an autoscaler", () => {
  it("scales up under high usage, at most to twice the current size at a time", async () => {
    const at = start(3);
    at.use(90);
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.replicas()).toBe(6);
    expect(at.messages()).toEqual([
      "New size: 6; reason: cpu resource utilization (percentage of request) above target",
    ]);
    expect(at.status()).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 6,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 90, averageValue: "90m" } } },
      ],
    });
    expect(at.condition("AbleToScale")?.reason).toBe("SucceededRescale");
    expect(at.condition("ScalingActive")?.reason).toBe("ValidMetricFound");
  });

  it("never scales beyond maxReplicas", async () => {
    const at = start(6, { maxReplicas: 8 });
    at.use(100);
    await at.settle();
    expect(at.replicas()).toBe(8);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "True", reason: "TooManyReplicas" });
  });

  it("does not scale while usage is within the tolerance", async () => {
    const at = start(3);
    at.use(54);
    await at.settle();
    expect(at.replicas()).toBe(3);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "False", reason: "DesiredWithinRange" });
    expect(at.condition("AbleToScale")?.reason).toBe("ReadyForNewScale");
  });

  it("scales down only when nothing higher was recommended for five minutes", async () => {
    const at = start(4);
    at.use(10);
    await at.settle();
    expect(at.replicas()).toBe(4);
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleDownStabilized");
    await at.pass(290_000);
    expect(at.replicas()).toBe(4);
    await at.pass(30_000);
    expect(at.replicas()).toBe(1);
    expect(at.messages()).toContain("New size: 1; reason: All metrics below target");
  });

  it("gives no reason for a size that only an earlier recommendation asks for", async () => {
    const at = start(2, {
      metrics: [{ type: "External", external: { metric: { name: "q" }, target: average("10") } }],
    });
    at.cluster.answers = () => ({ items: [{ metricName: "q", value: "42500m" }] });
    await at.settle();
    at.cluster.change("deployments.apps", "ns", "web", (draft) => {
      draft.status.replicas = 4;
    });
    await at.pass(20_000);
    expect(at.replicas()).toBe(5);
    expect(at.messages()).toEqual([
      "New size: 4; reason: external metric q(nil) above target",
      "New size: 5; reason: ",
    ]);
  });

  it("scales a target whose version is not served", async () => {
    const at = start(1, {
      minReplicas: 3,
      scaleTargetRef: { apiVersion: "apps/v1beta1", kind: "Deployment", name: "web" },
    });
    await at.settle();
    expect(at.replicas()).toBe(3);
  });

  it("remembers recommendations across a restart of the control plane", async () => {
    const at = start(4);
    at.use(10);
    await at.settle();
    for (let look = 0; look < 21; look++) {
      at.restart();
      await at.pass(15_000);
    }
    expect(at.replicas()).toBe(1);
  });

  it("CTL-HPA-REFUSED: reports that the target cannot be scaled, and tries again", async () => {
    const at = start(3);
    at.use(90);
    at.cluster.refuse = (verb, { subresource }) =>
      verb === "patch" && subresource === "scale" ? { code: 403, reason: "Forbidden", message: "no" } : undefined;
    await at.pass(10);
    expect(at.condition("AbleToScale")).toMatchObject({
      status: "False",
      reason: "FailedUpdateScale",
      message: "the HPA controller was unable to update the target scale: no",
    });
    expect(at.condition("ScalingActive")).toMatchObject({ status: "True", reason: "ValidMetricFound" });
    expect(at.condition("ScalingLimited")).toMatchObject({ reason: "DesiredWithinRange" });
    expect(at.status()).toMatchObject({ currentReplicas: 3, desiredReplicas: 0 });
    expect(at.status()?.currentMetrics?.[0]?.resource?.current.averageUtilization).toBe(90);
    expect(at.messages()).toEqual([
      "New size: 6; reason: cpu resource utilization (percentage of request) above target; error: no",
    ]);
    at.cluster.refuse = () => undefined;
    await at.pass(16_000);
    expect(at.replicas()).toBe(6);
  });

  it("CTL-HPA-REFUSED: says once in a sync that its status cannot be written", async () => {
    const at = start(3);
    at.use(50);
    at.cluster.refuse = (verb, { subresource }) =>
      verb === "update" && subresource === "status" ? { code: 422, reason: "Invalid", message: "no" } : undefined;
    await at.pass(16_000);
    expect(at.cluster.list("events")).toMatchObject([
      { type: "Warning", reason: "FailedUpdateStatus", message: "no", count: 2 },
    ]);
  });

  it("does nothing for a target with zero replicas", async () => {
    const at = start(0);
    await at.settle();
    expect(at.condition("ScalingActive")).toMatchObject({ status: "False", reason: "ScalingDisabled" });
    expect(at.wakeAt()).toBeUndefined();
  });
});
