import { expect, test } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { applyStrategicMergePatch } from "../../api/machinery/patch/strategic-merge.ts";
import { structOf } from "../../api/schema/table.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { PendingPod, PodFacts } from "../../worker/scheduler/cluster/pod-facts.ts";
import { evict } from "./evict.ts";

test("CTL-DISRUPTED: a preemption victim gets DisruptionTarget as its last condition, and is then deleted", async () => {
  const calls: string[] = [];
  let patch: unknown;
  const api = {
    patch: async (_target: unknown, _type: unknown, sent: unknown) => {
      calls.push("patch");
      patch = sent;
      return { ok: true };
    },
    delete: async () => {
      calls.push("delete");
      return { ok: true };
    },
  } as unknown as ApiClient;
  const victim = { namespace: "ns", name: "p", uid: "u" } as PodFacts;
  const preemptor = { pod: { spec: { schedulerName: "default-scheduler" } } } as PendingPod;
  await evict(api, victim, { preemptor, time: "2026-01-01T00:00:00Z" });
  expect(calls).toEqual(["patch", "delete"]);
  const pod = { metadata: { uid: "u" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
  const patched = applyStrategicMergePatch(pod, patch, structOf("core.v1.Pod"));
  expect(patched.ok && (patched.object as unknown as Pod).status.conditions?.map(({ type }) => type)).toEqual([
    "Ready",
    "DisruptionTarget",
  ]);
});

test("SCHED-PREEMPT: a victim that says why already, since its deletion failed, is only deleted", async () => {
  const calls: string[] = [];
  const api = { delete: async () => ({ ok: calls.push("delete") > 0 }) } as unknown as ApiClient;
  const victim = { namespace: "ns", name: "p", uid: "u", preempted: true } as PodFacts;
  const preemptor = { pod: { spec: { schedulerName: "default-scheduler" } } } as PendingPod;
  await evict(api, victim, { preemptor, time: "2026-01-01T00:00:00Z" });
  expect(calls).toEqual(["delete"]);
});
