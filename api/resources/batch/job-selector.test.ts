import { expect, test } from "vitest";
import type { Job } from "../../generated/batch.v1.ts";
import { checkGeneratedSelector } from "./job-selector.ts";

const reported = (selector: Job["spec"]["selector"]) => {
  const errors: Parameters<typeof checkGeneratedSelector>[0] = [];
  const template = { spec: { containers: [] } };
  checkGeneratedSelector(errors, { metadata: { name: "j", uid: "u" }, spec: { selector, template } } as unknown as Job);
  return errors
    .filter(({ path }) => path === "spec.selector")
    .map(({ message }) => message.slice(message.lastIndexOf("`sel")));
};

test("a selector that does not match is reported, an invalid one not twice", () => {
  expect(reported({ matchLabels: { a: "b" } })).toEqual(["`selector` not auto-generated"]);
  expect(reported({ matchExpressions: [{ key: "a", operator: "" }] })).toEqual([]);
});

test("a label missing from the template is reported by name", () => {
  const errors: Parameters<typeof checkGeneratedSelector>[0] = [];
  const job = { metadata: { name: "j", uid: "u" }, spec: { selector: {}, template: { spec: { containers: [] } } } };
  checkGeneratedSelector(errors, job as unknown as Job);
  expect(errors[0]).toMatchObject({
    path: "spec.template.metadata.labels[controller-uid]",
    message: "Required value: must be 'u'",
  });
});

test("a job that is older than the prefixed labels need not get them", () => {
  const jobWith = (labels: object) =>
    ({
      metadata: { name: "j", uid: "u" },
      spec: { selector: { matchLabels: { "job-name": "j" } }, template: { metadata: { labels }, spec: {} } },
    }) as unknown as Job;
  const job = jobWith({ "controller-uid": "u", "job-name": "j" });
  const errors: Parameters<typeof checkGeneratedSelector>[0] = [];
  checkGeneratedSelector(errors, job, job);
  expect(errors).toEqual([]);
  checkGeneratedSelector(errors, job);
  expect(errors).toHaveLength(2);
});
