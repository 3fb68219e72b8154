import { expect, test } from "vitest";
import type { Job } from "../../generated/batch.v1.ts";
import type { PodSpec } from "../../generated/core.v1.ts";
import { validateJobUpdate } from "./job-update-validation.ts";

const UID = "batch.kubernetes.io/controller-uid";

function job(pod: Partial<PodSpec>, status: Job["status"] = {}, suspend = true): Job {
  const containers = [{ name: "c", image: "i", resources: { requests: { cpu: "1" } } }];
  return {
    metadata: { name: "j", uid: "u" },
    spec: {
      suspend,
      selector: { matchLabels: { [UID]: "u" } },
      template: { metadata: { labels: { [UID]: "u" } }, spec: { restartPolicy: "Never", containers, ...pod } },
    },
    status,
  } as Job;
}

const more = { containers: [{ name: "c", image: "i", resources: { requests: { cpu: "2" } } }] };
const told = (next: Job, old: Job) =>
  validateJobUpdate(next, old).flatMap(({ path }) => (/^spec\.template(\.spec)?$/.test(path) ? path : []));

test("a suspended job may change its pods' resources and scheduling constraints", () => {
  expect(told(job(more), job({}))).toEqual([]);
  expect(told(job({ nodeSelector: { a: "b" }, tolerations: [{ operator: "Exists" }] }), job({}))).toEqual([]);
  const suspended = {
    startTime: "2026-01-01T00:00:00Z",
    conditions: [{ type: "Suspended", status: "True" }],
  };
  expect(told(job(more, suspended), job({}, suspended))).toEqual([]);
});

test.each([
  ["running", {}, false],
  ["suspended with pods that are still there", { active: 1 }, true],
  ["suspended, but not yet found to be", { startTime: "2026-01-01T00:00:00Z" }, true],
] as const)("a job's resources cannot change while it is %s", (_, status, suspend) => {
  expect(told(job(more, status, suspend), job({}, status, suspend))).toEqual(["spec.template"]);
});

test("a suspended job cannot change its containers", () => {
  const image = { containers: [{ name: "c", image: "j", resources: { requests: { cpu: "2" } } }] };
  expect(told(job(image), job({}))).toEqual(["spec.template.spec"]);
  const another = { containers: [...more.containers, { name: "d", image: "i", resources: {} }] };
  expect(told(job(another), job({}))).toEqual(["spec.template.spec"]);
});

test("a suspended job may change its template's metadata", () => {
  const next = job({});
  next.spec.template.metadata = { ...next.spec.template.metadata, name: "n" };
  expect(told(next, job({}))).toEqual([]);
});

test("a suspended job's resources belong to a container's name, not only to its place", () => {
  const renamed = { containers: [{ name: "d", image: "i", resources: { requests: { cpu: "2" } } }] };
  const [error] = validateJobUpdate(job(renamed), job({})).filter(({ path }) => path === "spec.template.spec");
  expect(error?.message).toMatch(/^Invalid value: \{"Volumes":null/);
});
