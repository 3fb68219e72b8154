import { expect, test } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { ActiveDeadline } from "./active-deadline.ts";

const DAY = 86_400_000;
const limited = { spec: { activeDeadlineSeconds: 120 } } as Pod;

test("AGENT-CLOCK: changing the clock neither delays nor hastens a pod's deadline", () => {
  const deadline = new ActiveDeadline();
  const start = 1_000_000;
  const leftAt = (seconds: number, change: number, pod = limited) =>
    deadline.left(pod, start, { timeOfDay: start + 1000 * seconds + change, steady: 1000 * seconds });
  expect(leftAt(0, 0, { spec: {} } as Pod)).toBeUndefined();
  expect([leftAt(10, 0), leftAt(20, DAY), leftAt(30, -DAY)]).toEqual([110_000, 100_000, 90_000]);
});

test("AGENT-CLOCK: a pod that began in an earlier life of the agent has what is left, and all if it begins in the future", () => {
  const leftOf = (startTime: number) => new ActiveDeadline().left(limited, startTime, { timeOfDay: DAY, steady: 7 });
  expect([leftOf(DAY - 30_000), leftOf(2 * DAY)]).toEqual([90_000, 120_000]);
});
