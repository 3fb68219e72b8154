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

const limited = (behavior: Spec["behavior"], current: number, desired: number, changes: History["changes"] = []) => {
  const sizes = { current, desired, min: 2, max: 20 };
  const spec: Spec = { maxReplicas: 20, scaleTargetRef, ...(behavior && { behavior }) };
  const now = 1_000_000;
  const { replicas, limited: why } = limitReplicas(spec, sizes, { recommendations: [], changes }, now);
  return `${replicas} ${why.reason}`;
};
const up = (selectPolicy: string, ...policies: [string, number, number][]): Spec["behavior"] => ({
  scaleUp: { selectPolicy, policies: policies.map(([type, value, periodSeconds]) => ({ type, value, periodSeconds })) },
});
const down = (...args: Parameters<typeof up>): Spec["behavior"] => {
  const { scaleUp } = up(...args) ?? {};
  return { ...(scaleUp && { scaleDown: { ...scaleUp, stabilizationWindowSeconds: 0 } }) };
};
const both: [string, number, number][] = [
  ["Pods", 3, 60],
  ["Percent", 50, 60],
];

it.each<[string, Spec["behavior"], number, number, string]>([
  ["by default to four, or twice as many", undefined, 1, 9, "4 ScaleUpLimit"],
  ["by default to twice as many", undefined, 5, 19, "10 ScaleUpLimit"],
  ["to the most", undefined, 15, 30, "20 TooManyReplicas"],
  ["to the least", undefined, 3, 1, "2 TooFewReplicas"],
  ["where it should", undefined, 5, 7, "7 DesiredWithinRange"],
  ["up by either policy", up("Max", ...both), 4, 19, "7 ScaleUpLimit"],
  ["up by either policy, if it is large", up("Max", ...both), 8, 19, "12 ScaleUpLimit"],
  ["up by both policies", up("Min", ...both), 4, 19, "6 ScaleUpLimit"],
  ["up by a part, rounded up", up("Max", ["Percent", 10, 60]), 5, 19, "6 ScaleUpLimit"],
  ["not up if it may not", up("Disabled", ...both), 4, 19, "4 ScaleUpLimit"],
  ["up to the most", up("Max", ["Pods", 9, 60]), 18, 30, "20 TooManyReplicas"],
  ["down by either policy", down("Max", ...both), 10, 2, "5 ScaleDownLimit"],
  ["down by both policies", down("Min", ...both), 10, 2, "7 ScaleDownLimit"],
  ["down by a part, rounded down", down("Max", ["Percent", 10, 60]), 5, 2, "4 ScaleDownLimit"],
  ["not down if it may not", down("Disabled", ...both), 10, 2, "10 ScaleDownLimit"],
  ["down to the least", down("Max", ["Pods", 9, 60]), 5, 1, "2 TooFewReplicas"],
  ["nowhere", up("Max", ...both), 5, 5, "5 DesiredWithinRange"],
])("an autoscaler goes %s", (_, behavior, current, desired, expected) => {
  expect(limited(behavior, current, desired)).toBe(expected);
});

it("an autoscaler's policies count from the size at the beginning of their period", () => {
  const added = [
    { by: 2, at: 970_000 },
    { by: 1, at: 940_000 },
  ];
  expect(limited(up("Max", ["Pods", 3, 60]), 6, 19, added)).toBe("7 ScaleUpLimit");
  expect(limited(up("Max", ["Pods", 3, 61]), 6, 19, added)).toBe("6 ScaleUpLimit");
  expect(limited(up("Max", ["Pods", 3, 20]), 6, 19, added)).toBe("9 ScaleUpLimit");
  expect(limited(down("Max", ["Pods", 3, 60]), 6, 2, [{ by: -2, at: 970_000 }])).toBe("5 ScaleDownLimit");
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
