import { expect, test } from "vitest";
import { fromJson } from "../../../api/machinery/cel/values/from-json.ts";
import { toJson } from "../../../api/machinery/cel/values/to-json.ts";
import { CompiledPolicy } from "./compiled-policy.ts";

const values = new Map<string, unknown>([
  ["object", fromJson({ metadata: { name: "a" }, spec: { replicas: 3 } }, undefined)],
  ["oldObject", null],
]);

test("variables can use earlier ones, and are evaluated lazily", () => {
  const policy = new CompiledPolicy({
    variables: [
      { name: "broken", expression: "object.spec.nope" },
      { name: "n", expression: "object.spec.replicas" },
      { name: "twice", expression: "variables.n * 2" },
    ],
  });
  const run = policy.run(values);
  expect(run.evaluate("variables.twice == 6 && oldObject == null")).toMatchObject({ ok: true, value: true });
  expect(run.evaluate("variables.broken == 1")).toEqual({
    ok: false,
    message:
      "expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to evaluate: " +
      "no such key: nope",
  });
});

test("all match conditions must be true; a false one outweighs an error", () => {
  const matches = (...expressions: string[]) => {
    const matchConditions = expressions.map((expression, i) => ({ name: `c${i}`, expression }));
    return new CompiledPolicy({ matchConditions }).matches(values);
  };
  expect(matches("object.spec.replicas == 3")).toEqual({ ok: true, matches: true });
  expect(matches("object.nope == 1", "false")).toEqual({ ok: true, matches: false });
  expect(matches("object.nope == 1", "true")).toMatchObject({ ok: false });
});

test("mutations construct objects and patches", () => {
  const run = new CompiledPolicy({}, { constructs: true }).run(values);
  const made = (expression: string) => {
    const result = run.evaluate(expression);
    return result.ok ? toJson(result.value) : result.message;
  };
  expect(made('Object{metadata: Object.metadata{labels: {"n": object.metadata.name}}}')).toEqual({
    metadata: { labels: { n: "a" } },
  });
  expect(made('[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b~c"), value: 1}]')).toEqual([
    { op: "add", path: "/metadata/labels/a~1b~0c", value: 1 },
  ]);
  expect(new CompiledPolicy({}).run(values).evaluate('jsonpatch.escapeKey("a")').ok).toBe(false);
});
