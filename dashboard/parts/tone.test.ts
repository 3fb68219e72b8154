import { expect, test } from "vitest";
import { toneOfCondition, toneOfFraction, toneOfState } from "./tone.ts";

test.each([
  ["Running", "good"],
  ["Ready", "good"],
  ["Ready,SchedulingDisabled", "warn"],
  ["NotReady", "bad"],
  ["CrashLoopBackOff", "bad"],
  ["Init:Error", "bad"],
  ["Init:0/1", "warn"],
  ["ContainerCreating", "warn"],
  ["Completed", "done"],
  ["some-name", ""],
])("the state %s is %s", (state, tone) => {
  expect(toneOfState(state)).toBe(tone);
});

test.each([
  ["1/2", "warn"],
  ["2/2", ""],
  ["0/0", ""],
  ["10/9", ""],
  ["a/b", ""],
])("the fraction %s is %s", (text, tone) => {
  expect(toneOfFraction(text)).toBe(tone);
});

test.each([
  ["Ready", "True", "good"],
  ["Ready", "False", "warn"],
  ["Ready", "Unknown", "warn"],
  ["MemoryPressure", "False", "good"],
  ["MemoryPressure", "Unknown", "warn"],
  ["ScalingLimited", "False", "good"],
  ["Suspended", "False", "good"],
  ["DisruptionTarget", "True", "warn"],
  ["NamespaceContentRemaining", "False", "good"],
  ["ReplicaFailure", "True", "warn"],
  ["AllContainersRestarting", "False", "good"],
  ["Denied", "True", "warn"],
  ["KernelDeadlock", "False", "good"],
  ["ReadonlyFilesystem", "False", "good"],
])("the condition %s with status %s is %s", (type, status, tone) => {
  expect(toneOfCondition(type, status)).toBe(tone);
});
