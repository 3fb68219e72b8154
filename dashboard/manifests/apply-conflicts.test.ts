import { expect, test } from "vitest";
import { conflictsOf } from "./apply-conflicts.ts";

test("conflicts name the field and its manager", () => {
  const causes = [
    { reason: "FieldManagerConflict", field: ".data.text", message: 'conflict with "kubectl" using v1' },
    { reason: "FieldManagerConflict", field: ".spec.replicas", message: "somebody" },
    { reason: "Other", field: ".spec", message: "no conflict" },
  ];
  expect(conflictsOf({ status: "Failure", metadata: {}, details: { causes } })).toEqual([
    { field: ".data.text", manager: "kubectl" },
    { field: ".spec.replicas", manager: "somebody" },
  ]);
  expect(conflictsOf({ status: "Failure", metadata: {} })).toEqual([]);
});
