import { expect, test } from "vitest";
import { compiled } from "../../../../test/fakes/objects/cel-expression.ts";
import { toJson, toStrictJson } from "./to-json.ts";

function evaluated(expression: string): unknown {
  const result = compiled(expression);
  const outcome = result.ok ? result.program.run(new Map()) : undefined;
  if (!outcome?.ok) throw new Error(expression);
  return outcome.value;
}

test.each([
  ["[dyn(1), dyn(2u), dyn(1.5), dyn('a'), dyn(true), dyn(null)]", [1, 2, 1.5, "a", true, null]],
  ["{'a': [9007199254740993, -9007199254740993]}", { a: ["9007199254740993", "-9007199254740993"] }],
  ["9007199254740991u", 9007199254740991],
])("the value of a JSON patch %s is %j: numbers beyond double precision are texts", (expression, json) => {
  expect(toStrictJson(evaluated(expression))).toEqual(json);
});

test.each([
  ["{1: 'a'}", "unsupported type conversion from 'int' to string"],
  ["quantity('1Gi')", "type conversion error from 'Quantity' to '*structpb.Value'"],
])("the value of a JSON patch cannot be %s", (expression, message) => {
  expect(() => toStrictJson(evaluated(expression))).toThrow(message);
});

test("other keys than texts are converted for configurations", () => {
  expect(toJson(evaluated("{1: 'a'}"))).toEqual({ 1: "a" });
});
