import { expect, test } from "vitest";
import { compiled, type } from "../../../../test/fakes/objects/cel-expression.ts";
import { fromJson } from "./from-json.ts";
import { celEquals } from "./values.ts";

test("the members of a map are listed once, however many accesses depend on its size", () => {
  let listed = 0;
  const members = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  const m = new Proxy(members, {
    ownKeys: (target) => {
      listed++;
      return Reflect.ownKeys(target);
    },
  });
  const result = compiled("self.m.all(k, self.m[k] >= 0 && k in self.m && self.m.size() == 1000)");
  const outcome = result.ok && result.program.run(new Map([["self", fromJson({ m }, type)]]));
  expect(outcome).toMatchObject({ ok: true, value: true });
  expect(listed).toBe(1);
});

test.each([
  [{ s: null }, { s: null }, true],
  [{ s: null }, { s: "a" }, false],
  [{ s: null, l: ["a"] }, { s: null, l: ["b"] }, false],
])("a field that is null equals only one that is null, too: %j and %j", (a, b, isSame) => {
  expect(celEquals(fromJson(a, type), fromJson(b, type))).toBe(isSame);
});
