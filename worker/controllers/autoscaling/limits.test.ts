import { describe, expect, it } from "vitest";
import { start } from "../../../test/fakes/controllers/controlled-autoscaler.ts";

describe("an autoscaler", () => {
  it("follows the scaling policies of its behavior: a number of pods at a time", async () => {
    const pods = (value: number, seconds: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: seconds,
      policies: [{ type: "Pods", value, periodSeconds: 60 }],
    });
    const at = start(4, { behavior: { scaleUp: pods(1, 0), scaleDown: pods(2, 0) } });
    at.use(100);
    await at.settle();
    expect(at.replicas()).toBe(5);
    await at.pass(16_000);
    // The pod that may be added this minute has been.
    expect(at.replicas()).toBe(5);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "True", reason: "ScaleUpLimit" });
    at.use(1, 5);
    await at.pass(16_000);
    // There were four at the beginning of the minute.
    expect(at.replicas()).toBe(2);
  });

  it("CTL-HPA-STABLE: stays between the lowest and the highest recent recommendation", async () => {
    const rules = (seconds: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: seconds,
      policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
    });
    const at = start(4, { behavior: { scaleUp: rules(60), scaleDown: rules(60) } });
    at.use(100);
    await at.settle();
    // The initial size of four counts as a recommendation.
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleUpStabilized");
    at.use(10);
    await at.pass(16_000);
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleDownStabilized");
    expect(at.replicas()).toBe(4);
    await at.pass(75_000);
    expect(at.replicas()).toBe(1);
  });

  it("CTL-HPA-PERIOD: counts pods that were added and removed within a policy's period", async () => {
    const pods = (value: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: 0,
      policies: [{ type: "Pods", value, periodSeconds: 60 }],
    });
    const at = start(6, { behavior: { scaleUp: pods(1), scaleDown: pods(4) } });
    at.use(1, 6);
    await at.settle();
    expect(at.replicas()).toBe(2);
    at.use(100, 2);
    await at.pass(16_000);
    // There were six at the beginning of the minute; its limit counts from there.
    expect(at.replicas()).toBe(4);
  });

  it("CTL-HPA-FIRST: counts the initial size as a recommendation, even if the bounds or zero replicas apply first", async () => {
    const over = start(6, { maxReplicas: 4 });
    over.use(10);
    await over.settle();
    over.use(10);
    await over.pass(60_000);
    expect(over.replicas()).toBe(4);
    await over.pass(300_000);
    expect(over.replicas()).toBe(1);

    const zero = start(0);
    await zero.settle();
    zero.scale(3);
    zero.use(10);
    await zero.pass(1000);
    expect(zero.replicas()).toBe(1);
  });
});
