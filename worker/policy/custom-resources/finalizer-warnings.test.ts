import { expect, test } from "vitest";
import { finalizerWarnings } from "./finalizer-warnings.ts";

const holding = (...finalizers: string[]) => ({ metadata: { name: "a", finalizers } });
const CONFLICTS = "to avoid accidental conflicts with other finalizer writers";

test.each([
  [["example.com/cleanup", "orphan", "foregroundDeletion"], []],
  [
    ["example.com", "cleanup"],
    [
      `metadata.finalizers: "cleanup": prefer a domain-qualified finalizer name ${CONFLICTS}`,
      `metadata.finalizers: "example.com": prefer a domain-qualified finalizer name including a path (/) ${CONFLICTS}`,
    ],
  ],
])("finalizers %j of a custom object get a warning", (finalizers, warnings) => {
  expect(finalizerWarnings(holding(...finalizers))).toEqual(warnings);
});

test("an update gets warnings only for added finalizers", () => {
  expect(finalizerWarnings(holding("old", "new"), holding("old"))).toEqual([
    `metadata.finalizers: "new": prefer a domain-qualified finalizer name ${CONFLICTS}`,
  ]);
});
