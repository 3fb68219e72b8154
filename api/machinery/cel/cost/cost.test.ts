import { describe, expect, test } from "vitest";
import { run } from "../../../../test/fakes/objects/cel-expression.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import { typeOfSchema } from "../scopes/schema-type.ts";
import { fromJson } from "../values/from-json.ts";
import type { Type } from "../values/type.ts";

describe("costs", () => {
  test("an expression that exceeds its cost limit is aborted", () => {
    expect(run("self.l.all(x, self.l.all(y, x == y || x != y))", 20)).toBe(
      "operation cancelled: actual cost limit exceeded",
    );
  });

  test("an estimate grows with the bounds in the schema, and is an upper bound of actual costs", () => {
    const estimate = (maxItems: number) => {
      const bounded = typeOfSchema(
        { type: "array", maxItems, items: { type: "string", maxLength: 10 } },
        false,
      ) as Type;
      const result = compile("self.all(x, x != 'a')", {
        variables: new Map([["self", bounded]]),
        library: kubernetesLibrary,
      });
      if (!result.ok) return { most: 0, cost: 0 };
      const three = result.program.run(new Map([["self", ["b", "c", "d"]]]));
      return { most: result.program.estimate(), cost: three.cost };
    };
    expect(estimate(100).most).toBeGreaterThan(estimate(10).most * 5);
    expect(estimate(3).most).toBeGreaterThanOrEqual(estimate(3).cost);
  });

  const text = { type: "string" };
  const schema = { a: text, b: { type: "boolean" }, i: { type: "integer" }, l: { type: "array", items: text } };
  const self = typeOfSchema({ type: "object", properties: schema }, false) as Type;
  const untyped: Type = { kind: "dyn" };
  const value = fromJson({ a: "twenty letters, spaced", b: true, i: 1, l: ["x", "y", "z"] }, undefined);
  test.each([
    ["a loop costs five for each item and comparison", "self.l.all(k, k != 'q')", 2 + 3 * 5 + 1],
    ["a field costs one, as the name before it", "self.a", 2],
    ["an item costs one, and its index is a part of the path", "self.l[self.i]", 4],
    ["a path that begins with a call costs one more", "self.l.sort()[0]", 2 + Math.floor(9 * 2.1) + 11 + 2],
    ["a test for a field costs as many as it names", "has(self.a)", 1],
    ["the branch of a condition is a part of it", "self.b ? self.a : 'x'", 3],
    ["constants cost nothing", "['x', 'y'] == self.l", 3],
    ["what splits a text makes it anew", "size(self.a.split('q'))", 2 + 5 + 1],
    ["what is known to be a text costs by its size", "self.a + self.a", 4 + 5],
    ["what is not known costs one", "object.a + object.a", 4 + 1],
  ])("CEL-COST: %s", (_, expression, cost) => {
    const variables = new Map([
      ["self", self],
      ["object", untyped],
    ]);
    const compiled = compile(expression, { variables, library: kubernetesLibrary });
    if (!compiled.ok) throw new Error(compiled.message);
    const values = new Map([
      ["self", value],
      ["object", value],
    ]);
    expect(compiled.program.run(values).cost).toBe(cost);
  });
});
