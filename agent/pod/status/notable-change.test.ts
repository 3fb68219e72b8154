import { expect, test } from "vitest";
import type { Pod, PodCondition, PodStatus } from "../../../api/generated/core.v1.ts";
import { isNotableChange } from "./notable-change.ts";

const running: PodStatus = {
  phase: "Running",
  containerStatuses: [{ name: "a", image: "i", imageID: "i", ready: true, restartCount: 0, state: { running: {} } }],
  conditions: [{ type: "Ready", status: "True" }],
};
const pod = (change: { metadata?: object; spec?: object; status?: PodStatus } = {}): Pod =>
  ({
    metadata: { name: "p", resourceVersion: "1", ...change.metadata },
    spec: { containers: [{ name: "a" }], ...change.spec },
    status: change.status ?? running,
  }) as Pod;

test("an update that only echoes the agent's own status is not notable", () => {
  expect(isNotableChange(pod(), pod({ metadata: { resourceVersion: "2", managedFields: [{}] } }), running)).toBe(false);
});

test.each([
  ["a label", pod({ metadata: { labels: { a: "b" } } })],
  ["a deletion", pod({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })],
  ["another image", pod({ spec: { containers: [{ name: "a", image: "j" }] } })],
])("%s is notable", (_, after) => {
  expect(isNotableChange(pod(), after, running)).toBe(true);
});

test("a readiness gate is notable if it changes the pod's readiness", () => {
  const spec = { readinessGates: [{ conditionType: "example.com/gate" }] };
  const gate = (status: string) =>
    pod({ spec, status: { ...running, conditions: [{ type: "example.com/gate", status }] } });
  expect(isNotableChange(gate("False"), gate("True"), running)).toBe(false);
  expect(isNotableChange(gate("True"), gate("False"), running)).toBe(true);
});

test("a readiness gate is notable if it changes why the pod is not ready", () => {
  const spec = { readinessGates: [{ conditionType: "example.com/gate" }] };
  const message = 'corresponding condition of pod readiness gate "example.com/gate" does not exist.';
  const own = {
    ...running,
    conditions: [{ type: "Ready", status: "False", reason: "ReadinessGatesNotReady", message }],
  };
  const met = (...conditions: readonly PodCondition[]) =>
    pod({ spec, status: { ...running, conditions: [...own.conditions, ...conditions] } });
  expect(isNotableChange(met(), met({ type: "example.com/other", status: "True" }), own)).toBe(false);
  expect(isNotableChange(met(), met({ type: "example.com/gate", status: "False" }), own)).toBe(true);
});

test("a terminal phase that was reverted is reported again", () => {
  const ended = pod({ status: { phase: "Succeeded" } });
  expect(isNotableChange(ended, pod(), { phase: "Succeeded" })).toBe(true);
});
