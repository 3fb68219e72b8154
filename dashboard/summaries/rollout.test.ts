import { expect, test } from "vitest";
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import { daemonSetRollout, deploymentRollout, statefulSetRollout } from "./rollout.ts";

const deployment = (status: object, spec: object = {}): Deployment => ({
  metadata: { name: "web", generation: 2 },
  spec: { replicas: 3, selector: {}, template: {}, ...spec } as Deployment["spec"],
  status: { observedGeneration: 2, ...status },
});

test.each([
  ["an unobserved change", { observedGeneration: 1 }, "warn", /not been seen/],
  ["new replicas missing", { updatedReplicas: 1, replicas: 3 }, "warn", /1 of 3 new replicas/],
  ["old replicas remaining", { updatedReplicas: 3, replicas: 4 }, "warn", /1 old replicas/],
  ["unavailable replicas", { updatedReplicas: 3, replicas: 3, availableReplicas: 2 }, "warn", /2 of 3/],
  ["all replicas available", { updatedReplicas: 3, replicas: 3, availableReplicas: 3 }, "good", /All 3/],
  [
    "an exceeded deadline",
    { conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }] },
    "bad",
    /no progress/,
  ],
])("a rollout with %s is summarized", (_, status, tone, message) => {
  expect(deploymentRollout(deployment(status))).toEqual({ tone, message: expect.stringMatching(message) });
});

test.each<[string, StatefulSet["spec"]["updateStrategy"], number, string, RegExp]>([
  ["has replicas to update", {}, 1, "warn", /1 of 3 replicas have been updated/],
  ["updates above a partition", { rollingUpdate: { partition: 2 } }, 0, "warn", /0 of 1 replicas/],
  ["has updated all above its partition", { rollingUpdate: { partition: 2 } }, 1, "good", /All 3/],
  ["updates what is deleted", { type: "OnDelete" }, 0, "good", /All 3/],
])("a StatefulSet that %s is summarized", (_, updateStrategy, updatedReplicas, tone, message) => {
  const set = { metadata: {}, spec: { replicas: 3, updateStrategy } } as StatefulSet;
  const status = {
    readyReplicas: 3,
    updatedReplicas,
    currentRevision: "1",
    updateRevision: "2",
  } as StatefulSet["status"];
  expect(statefulSetRollout({ ...set, status })).toEqual({ tone, message: expect.stringMatching(message) });
});

test.each<[string, string, string, RegExp]>([
  ["has pods to update", "RollingUpdate", "warn", /1 of 2 nodes have the new pod/],
  ["updates what is deleted", "OnDelete", "good", /all 2 nodes/],
])("a DaemonSet that %s is summarized", (_, type, tone, message) => {
  const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 };
  const set = { metadata: {}, spec: { updateStrategy: { type } }, status } as DaemonSet;
  expect(daemonSetRollout(set)).toEqual({ tone, message: expect.stringMatching(message) });
});
