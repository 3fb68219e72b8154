import { describe, expect, test } from "vitest";
import type { Schema } from "../../structural/json-walk.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import { typeOfSchema } from "../scopes/schema-type.ts";

function estimate(rule: string, schema: Schema): number {
  const self = typeOfSchema(schema, false);
  if (!self) throw new Error("no type");
  const compiled = compile(rule, { variables: new Map([["self", self]]), library: kubernetesLibrary, binds: true });
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.program.estimate();
}

const text = (maxLength?: number): Schema => ({ type: "string", ...(maxLength === undefined ? {} : { maxLength }) });
const list = (items: Schema, maxItems: number): Schema => ({ type: "array", items, maxItems });
const map = (value: Schema, maxProperties: number): Schema => ({
  type: "object",
  additionalProperties: value,
  maxProperties,
});
const object = (properties: Record<string, Schema>): Schema => ({ type: "object", properties });

describe("the estimated cost of a rule", () => {
  test.each<[what: string, rule: string, schema: Schema, cost: number]>([
    ["a name and a selection", "self.a", object({ a: { type: "boolean" } }), 2],
    ["numbers, whose size is none", "self.a == 5", object({ a: { type: "integer" } }), 2],
    ["to ask whether there is something", "has(self.a)", object({ a: text() }), 1],
    ["a comparison of texts, by the shorter", "self.a == self.b", object({ a: text(100), b: text(10) }), 8],
    ["endsWith, by the length of the suffix", "self.a.endsWith(self.b)", object({ a: text(), b: text(10) }), 8],
    ["a pattern", "self.a.matches('aaaa')", object({ a: text(10) }), 7],
    ["keys of maps, which have no size", "self.all(k, k.matches('x'))", map(text(), 16), 82],
    ["values of maps", "self.all(k, self[k].size() < 5)", map(text(), 10), 82],
    ["exists over a list", "self.exists(x, x == 'a')", list(text(5), 10), 62],
    ["all with all", "self.all(x, self.all(y, x == y))", list(text(5), 10), 752],
    ["a membership", "self.a in self.l", object({ a: text(5), l: list(text(5), 7) }), 11],
    ["quantities, which are compared at once", "quantity('200M') == quantity('200M')", text(), 3],
    ["a sorted list, by the comparisons", "self.sort().size() < 5", list(text(5), 10), 224],
    ["a list sorted by keys", "self.sortBy(x, x == 'a').size() < 5", list(text(5), 10), 377],
    ["a list without duplicates", "self.distinct().size() < 5", list(text(5), 10), 214],
    ["a part of a list", "self.slice(1, 3).size() < 5", list(text(5), 10), 16],
    ["a reversed list", "self.reverse().size() < 5", list(text(5), 10), 24],
    ["a list of lists made flat", "self.flatten().size() < 5", list(list(text(5), 3), 10), 24],
    ["numbers", "lists.range(7).size() < 5", text(5), 20],
    [
      "a text of a value that may be a number",
      "string(self).contains('abc')",
      { "x-kubernetes-int-or-string": true, maxLength: 10 },
      9,
    ],
    ["a list that is made of another", "self.map(x, x + 'a').size() < 5", list(text(5), 10), 174],
  ])("%s: %s", (_, rule, schema, cost) => {
    expect(estimate(rule, schema)).toBe(cost);
  });

  test("bound variables count the cost of their values once", () => {
    const schema = object({ l: list(text(5), 10) });
    const bound = estimate("cel.bind(n, self.l.filter(x, x == 'a'), n.size() > 1 && n.size() < 5)", schema);
    const twice = estimate("self.l.filter(x, x == 'a').size() > 1 && self.l.filter(x, x == 'a').size() < 5", schema);
    expect(bound).toBeLessThan(twice);
  });
});
