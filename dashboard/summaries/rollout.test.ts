import { expect, test } from "vitest";
import type { Deployment } from "../../api/generated/apps.v1.ts";
import { deploymentRollout } from "./rollout.ts";

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
