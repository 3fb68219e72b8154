import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HorizontalPodAutoscaler } from "../../../api/generated/autoscaling.v2.ts";
import { start } from "../../../test/fakes/controllers/controlled-autoscaler.ts";
import { firstHistory, type History, limitReplicas, updatedHistory, withoutLastChange } from "./limits.ts";

type Spec = HorizontalPodAutoscaler["spec"];
/** The sizes of a target whose metrics propose `desired` after `seconds` each. */
function sizesOf(spec: Spec, first: number, steps: readonly (readonly [seconds: number, desired: number])[]) {
  const { minReplicas: min = 1, maxReplicas: max } = spec;
  let [now, current, history] = [0, first, firstHistory(first, 0)];
  return steps.map(([seconds, desired]) => {
    now += seconds * 1000;
    const { replicas } = limitReplicas(spec, { current, desired, min, max }, history, now);
    history = updatedHistory(spec, history, { recommended: desired }, now);
    history = updatedHistory(spec, history, { changedBy: replicas - current }, now);
    current = replicas;
    return current;
  });
}
const scaleTargetRef = { kind: "Deployment", name: "d" };
const policy = (type: string, value: number, periodSeconds: number) => ({
  stabilizationWindowSeconds: 0,
  policies: [{ type, value, periodSeconds }],
});

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

  it("CTL-HPA-PERIOD: forgets a change that policies of its direction reach no more when there is another", () => {
    const behavior = { scaleUp: policy("Pods", 10, 15), scaleDown: policy("Percent", 10, 120) };
    const spec = { minReplicas: 3, maxReplicas: 9, scaleTargetRef, behavior };
    // Of nine, six have just been added, and five removed before; the first five that were added are forgotten.
    const steps = [
      [15, 8],
      [61, 2],
      [32, 9],
      [15, 2],
    ] as const;
    expect(sizesOf(spec, 3, steps)).toEqual([8, 3, 9, 7]);
  });

  it("CTL-HPA-REFUSED: forgets the change that was refused, also if it took the place of another", () => {
    const spec = { maxReplicas: 9, scaleTargetRef };
    const changed = (history: History, changedBy: number, now: number) =>
      updatedHistory(spec, history, { changedBy }, now);
    const before = changed(changed(firstHistory(3, 0), 3, 1000), -2, 9000);
    expect(withoutLastChange(changed(before, 5, 20_000)).changes).toEqual([{ by: -2, at: 9000 }]);
    expect(withoutLastChange(changed(before, 5, 9500)).changes).toEqual(before.changes);
  });

  it("never leaves its bounds, more than doubles, or shrinks below what was recommended in the last five minutes", () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.nat(60));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(50), fc.array(step, { minLength: 1 }), (min, more, steps) => {
        const maxReplicas = min + more;
        const sizes = [min, ...sizesOf({ minReplicas: min, maxReplicas, scaleTargetRef }, min, steps)];
        const recommended = [{ at: 0, replicas: min }];
        let now = 0;
        for (const [index, [seconds, desired]] of steps.entries()) {
          now += seconds;
          recommended.push({ at: now, replicas: desired });
          const recent = recommended.filter(({ at }) => at > now - 300).map(({ replicas }) => replicas);
          const most = Math.min(maxReplicas, Math.max(4, 2 * (sizes[index] ?? 0)));
          expect(sizes[index + 1]).toBe(Math.max(min, Math.min(most, Math.max(...recent))));
        }
      }),
    );
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
