import { expect, it } from "vitest";
import { EventCorrelator } from "./event-correlator.ts";

it("AGENT-EVENTS, CTL-EVENTS: nine different messages of a kind are sent separately, and further ones combined", () => {
  const correlator = new EventCorrelator();
  const reported = Array.from({ length: 12 }, (_, i) => correlator.correlate("kind", `exec ${i} failed`, i));
  expect(reported.map(({ isCombined }) => isCombined)).toEqual([...Array(9).fill(false), true, true, true]);
  expect(reported[8]?.message).toBe("exec 8 failed");
  expect(reported[11]?.message).toBe("(combined from similar events): exec 11 failed");
  expect(correlator.correlate("kind", "exec 0 failed", 20)).toEqual(reported[0]);
  expect(correlator.correlate("another", "exec 12 failed", 20).isCombined).toBe(false);
});

it("events are no longer combined after ten quiet minutes", () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 12; i++) correlator.correlate("kind", `exec ${i} failed`, 0);
  expect(correlator.correlate("kind", "exec 99 failed", 600_000).isCombined).toBe(true);
  expect(correlator.correlate("kind", "exec 100 failed", 1_200_001).isCombined).toBe(false);
});

const admitted = (correlator: EventCorrelator, about: string, { count, now }: { count: number; now: number }) =>
  Array.from({ length: count }, () => correlator.admits(about, now)).filter(Boolean).length;

it("AGENT-EVENTS, CTL-EVENTS: each object has a burst of 25 events, then one every five minutes", () => {
  const correlator = new EventCorrelator();
  expect(admitted(correlator, "a", { count: 40, now: 0 })).toBe(25);
  expect(admitted(correlator, "b", { count: 2, now: 0 })).toBe(2);
  expect(admitted(correlator, "a", { count: 2, now: 299_000 })).toBe(0);
  expect(admitted(correlator, "a", { count: 2, now: 301_000 })).toBe(1);
  expect(admitted(correlator, "a", { count: 40, now: 10_000_000 })).toBe(25);
});

it("CTL-EVENTS: a correlator continues from its predecessor's state", () => {
  const before = new EventCorrelator();
  for (let i = 0; i < 12; i++) before.correlate("kind", `exec ${i} failed`, 0);
  admitted(before, "a", { count: 24, now: 0 });
  const after = new EventCorrelator(structuredClone(before.newest(1)));
  expect(after.correlate("kind", "exec 99 failed", 1).isCombined).toBe(true);
  expect(admitted(after, "a", { count: 2, now: 1 })).toBe(1);
});
