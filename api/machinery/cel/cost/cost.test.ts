import { describe, expect, test } from "vitest";
import { run } from "../../../../test/fakes/objects/cel-expression.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import { typeOfSchema } from "../scopes/schema-type.ts";
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
});
