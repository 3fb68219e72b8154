import { expect, test } from "vitest";
import type { Job } from "../../generated/batch.v1.ts";
import { job } from "./job.ts";

const state = (status: Job["status"], metadata: object = {}) => {
  const object = { metadata: { name: "j", ...metadata }, spec: { suspend: true, template: {} }, status };
  return job.columns?.find(({ name }) => name === "Status")?.of(object as never, { since: () => "" } as never);
};

test.each([
  [[], {}, "Running"],
  [["Suspended"], {}, "Suspended"],
  [["Suspended"], { deletionTimestamp: "2026-01-01T00:00:00Z" }, "Terminating"],
  [["FailureTarget", "Failed"], {}, "Failed"],
])("a Job with the conditions %j shows its status by them, not by its spec", (types, metadata, expected) => {
  expect(state({ conditions: types.map((type) => ({ type, status: "True" })) } as never, metadata)).toBe(expected);
});
