import { expect, test } from "vitest";
import { compiled } from "../../../../test/fakes/objects/cel-expression.ts";
import { showType } from "../values/type.ts";

const typeOf = (source: string): string => {
  const result = compiled(source);
  return result.ok ? showType(result.program.type) : result.message;
};

test.each([
  ["self.i > 1 ? [] : ['a']", "list(string)"],
  ["self.i > 1 ? ['a'] : []", "list(string)"],
  ["self.i > 1 ? {} : {'a': [1]}", "map(string, list(int))"],
  ["self.i > 1 ? {'a': []} : {'a': [1]}", "map(string, list(int))"],
  ["[[], [1]]", "list(list(int))"],
  ["[] + ['a']", "list(string)"],
  ["optional.of([]).orValue(['a'])", "list(string)"],
  ["cel.bind(v, [], self.i > 1 ? v : ['a'])", "list(string)"],
  ["[]", "list(dyn)"],
  ["[][0].filter(x, true)", "list(dyn)"],
])("CEL-TYPES: the type that %s leaves open is inferred from its context", (source, type) => {
  expect(typeOf(source)).toBe(type);
});

test.each([
  ["!!self.i == 5", "bool"],
  ["--self.l == self.l", "bool"],
  ["[['a']].sort()", "no matching overload for 'sort' applied to 'list(list(string)).()'"],
  ["dyn(self.l).sort()", "dyn"],
  ["dyn(self.l)[?0].orValue('a')", "string"],
  ["dyn(self.l)[?0].orValue(1).name", "type 'int' does not support field selection"],
  ["[?self.i]", "expected type 'optional_type(int)' but found 'int'"],
  ["{?'a': self.s, 'b': 'c'}", "expected type 'optional_type(string)' but found 'string'"],
  ["{?'a': self.?s, 'b': 'c'}", "map(string, string)"],
  ["self.s.all(x, x in self.s)", "no matching overload for '@in' applied to '(!error!, string)'"],
  ["{}.reverse()", "no matching overload for 'reverse' applied to 'map(dyn, dyn).()'"],
])("CEL-TYPES: %s has the type, or the error, %s", (source, reported) => {
  expect(typeOf(source)).toContain(reported);
});
