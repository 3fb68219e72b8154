import { expect, test } from "vitest";
import type { FieldError } from "./field-error.ts";
import { checkImmutableSelector } from "./labels-validation.ts";

test("a changed selector is printed with its labels sorted, whatever order a patch has", () => {
  const errors: FieldError[] = [];
  const old = { matchLabels: { app: "web" } };
  checkImmutableSelector(errors, "spec.selector", { next: { matchLabels: { app: "web", z: "1", b: "2" } }, old });
  expect(errors.map(({ message }) => message)).toEqual([
    'Invalid value: {"matchLabels":{"app":"web","b":"2","z":"1"}}: field is immutable',
  ]);
  checkImmutableSelector(errors, "spec.selector", { next: { matchLabels: { app: "web" } }, old });
  expect(errors).toHaveLength(1);
});
