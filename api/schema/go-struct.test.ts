import { expect, test } from "vitest";
import { goStruct } from "./go-struct.ts";

test("every field is printed, capitalised, with Go's zero value if absent", () => {
  expect(goStruct("core.v1.Toleration", { key: "a", operator: "X" })).toEqual({
    Key: "a",
    Operator: "X",
    Value: "",
    Effect: "",
    TolerationSeconds: null,
  });
});

test("types of meta/v1 keep their JSON names", () => {
  expect(goStruct("policy.v1.PodDisruptionBudgetSpec", { selector: { matchLabels: { a: "b" } } })).toMatchObject({
    Selector: { matchLabels: { a: "b" } },
    MinAvailable: null,
  });
});
