import { expect, test } from "vitest";
import type { Job } from "../../generated/batch.v1.ts";
import { checkGeneratedSelector } from "./job-selector.ts";

const told = (selector: Job["spec"]["selector"]) => {
  const errors: Parameters<typeof checkGeneratedSelector>[0] = [];
  const template = { spec: { containers: [] } };
  checkGeneratedSelector(errors, { metadata: { name: "j", uid: "u" }, spec: { selector, template } } as unknown as Job);
  return errors
    .filter(({ path }) => path === "spec.selector")
    .map(({ message }) => message.slice(message.lastIndexOf("`sel")));
};

test("a selector that selects others is told, one that is no selector is not told twice", () => {
  expect(told({ matchLabels: { a: "b" } })).toEqual(["`selector` not auto-generated"]);
  expect(told({ matchExpressions: [{ key: "a", operator: "" }] })).toEqual([]);
});
