import { expect, it } from "vitest";
import { EventCorrelator } from "./correlate-events.ts";

const happening = (message: string, uid = "u") => ({
  uid,
  fieldPath: "spec.containers{c}",
  type: "Warning",
  reason: "Unhealthy",
  message,
});

it("tells nine different messages of a reason by themselves, and combines the others", () => {
  const correlator = new EventCorrelator();
  const told = Array.from({ length: 12 }, (_, i) => correlator.correlate(happening(`exec ${i} failed`), i));
  expect(new Set(told.map(({ key }) => key)).size).toBe(10);
  expect(told[8]?.message).toBe("exec 8 failed");
  expect(told[11]?.message).toBe("(combined from similar events): exec 11 failed");
  expect(correlator.correlate(happening("exec 0 failed"), 20)).toEqual(told[0]);
});

it("begins anew after ten quiet minutes", () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 12; i++) correlator.correlate(happening(`exec ${i} failed`), 0);
  expect(correlator.correlate(happening("exec 99 failed"), 600_000).message).toMatch(/^\(combined/);
  expect(correlator.correlate(happening("exec 100 failed"), 1_200_001).message).toBe("exec 100 failed");
});

it("AGENT-EVENTS: admits 25 of a pod at once, then one in five minutes, and forgets no other pod for it", () => {
  const correlator = new EventCorrelator();
  const admitted = (uid: string, count: number, now: number) =>
    Array.from({ length: count }, () => correlator.admits(uid, now)).filter(Boolean).length;
  expect(admitted("a", 40, 0)).toBe(25);
  expect(admitted("b", 2, 0)).toBe(2);
  expect(admitted("a", 2, 299_000)).toBe(0);
  expect(admitted("a", 2, 301_000)).toBe(1);
  expect(admitted("a", 40, 10_000_000)).toBe(25);
});
