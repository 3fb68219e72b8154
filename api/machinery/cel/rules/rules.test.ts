import { describe, expect, test } from "vitest";
import type { ValidationRule } from "../../../generated/apiextensions.v1.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { Schema } from "../../structural/json-walk.ts";
import { ruleErrors } from "./check-rules.ts";
import { validateRules } from "./validate-rules.ts";

const withRules = (rules: readonly ValidationRule[], more: Schema = {}): Schema => ({
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: { a: { type: "integer" }, s: { type: "string", maxLength: 10 }, ...more.properties },
      "x-kubernetes-validations": [...rules],
    },
  },
});
const texts = (schema: Schema, object: JsonObject, old?: JsonObject) =>
  validateRules(object, schema, old).errors.map(({ path, message }) => `${path}: ${message}`);

describe("validation rules of objects", () => {
  test.each<[string, ValidationRule, string]>([
    ["by its own words", { rule: "self.a > 1", message: "too small" }, "spec: Invalid value: too small"],
    ["by the rule", { rule: "self.a > 1" }, "spec: Invalid value: failed rule: self.a > 1"],
    [
      "by an expression",
      { rule: "self.a > 1", messageExpression: "'a is ' + string(self.a)" },
      "spec: Invalid value: a is 1",
    ],
    [
      "with its message if the messageExpression needs a missing old value",
      { rule: "self.a > 1", message: "no", messageExpression: "has(oldSelf.a) ? 'was' : 'new'" },
      "spec: Invalid value: no",
    ],
    ["with a reason", { rule: "self.a > 1", reason: "FieldValueForbidden", message: "no" }, "spec: Forbidden: no"],
    ["at a field", { rule: "self.a > 1", fieldPath: ".a", message: "no" }, "spec.a: Invalid value: no"],
    [
      "with its evaluation error",
      { rule: "self.a / 0 == 1" },
      'spec: Invalid value: "object": division by zero evaluating rule: self.a / 0 == 1',
    ],
    [
      "with its evaluation error and its message",
      { rule: "self.a / 0 == 1", message: " no " },
      'spec: Invalid value: "object": division by zero evaluating rule: no',
    ],
  ])("a failing rule is reported %s", (_, rule, expected) => {
    expect(texts(withRules([rule]), { spec: { a: 1 } })).toEqual([expected]);
  });

  test("a messageExpression sees the old value only beside a rule that does", () => {
    const rule = { rule: "self.a > 1", messageExpression: "'was ' + string(oldSelf.a)" };
    const [object, old] = [{ spec: { a: 1 } }, { spec: { a: 2 } }];
    expect(texts(withRules([rule]), object, old)).toEqual(["spec: Invalid value: failed rule: self.a > 1"]);
    const beside = { rule: "oldSelf.a > 1" };
    expect(texts(withRules([rule, beside]), object, old)).toEqual(["spec: Invalid value: was 2"]);
  });

  test.each<[string, boolean]>([
    ["self.set == ['y', 'x'] && ['x', 'y'] == self.set", true],
    ["['y', 'x'] == self.set", false],
    ["self.set != ['x', 'z']", true],
    ["(self.set + ['x', 'z', 'z']) == ['z', 'y', 'x'] && (self.set + ['x']).size() == 2", true],
    ["self.map == [self.map[1], self.map[0]] && self.map != [self.map[1]]", true],
    ["[self.map[1], self.map[0]] == self.map", false],
    ["(self.map + [{'k': 'a'}].map(e, self.map[1])).size() == 2 && (self.map + [self.map[0]]) == self.map", true],
    ["(self.map + oldSelf.map)[0].v == 9 && (self.map + oldSelf.map).size() == 3", true],
    ["self.plain == ['y', 'x']", false],
    ["(self.plain + ['x']).size() == 3", true],
  ])("CEL-KEYED: by the lists' x-kubernetes-list-type, %s is %s", (rule, holds) => {
    const items: Schema = { type: "string" };
    const item: Schema = { type: "object", properties: { k: { type: "string" }, v: { type: "integer" } } };
    const map: Schema = {
      type: "array",
      items: item,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k"],
    };
    const schema = withRules([{ rule }], {
      properties: {
        set: { type: "array", items, "x-kubernetes-list-type": "set" },
        plain: { type: "array", items },
        map,
      },
    });
    const rest = { set: ["x", "y"], plain: ["x", "y"] };
    const spec = {
      ...rest,
      map: [
        { k: "a", v: 1 },
        { k: "b", v: 2 },
      ],
    };
    const old = {
      ...rest,
      map: [
        { k: "a", v: 9 },
        { k: "c", v: 3 },
      ],
    };
    expect(texts(schema, { spec }, { spec: old })).toHaveLength(holds ? 0 : 1);
  });

  test.each<[string, string]>([
    ["", "spec.m[b.r]"],
    [".m['b.r']", "spec.m[b.r]"],
    [".m.x", "spec.m[x]"],
  ])("CRD-RULE-PLACE: map keys in field paths are in brackets: %j", (fieldPath, place) => {
    const rule = { rule: "false", message: "no" };
    const text: Schema = { type: "string", ...(fieldPath === "" ? { "x-kubernetes-validations": [rule] } : {}) };
    const schema: Schema = {
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: { m: { type: "object", additionalProperties: text } },
          ...(fieldPath === "" ? {} : { "x-kubernetes-validations": [{ ...rule, fieldPath }] }),
        },
      },
    };
    const [error] = validateRules({ spec: { m: { "b.r": "y" } } }, schema).errors;
    expect(error?.path).toBe(place);
  });

  test("transition rules run on updates only, unless oldSelf is optional", () => {
    const frozen = withRules([{ rule: "self.a == oldSelf.a", message: "frozen" }]);
    expect(texts(frozen, { spec: { a: 1 } })).toEqual([]);
    expect(texts(frozen, { spec: { a: 2 } }, { spec: { a: 1 } })).toEqual(["spec: Invalid value: frozen"]);
    const born = withRules([
      { rule: "oldSelf.hasValue() || self.a == 0", optionalOldSelf: true, message: "starts at 0" },
    ]);
    expect(texts(born, { spec: { a: 1 } })).toEqual(["spec: Invalid value: starts at 0"]);
    expect(texts(born, { spec: { a: 1 } }, { spec: { a: 0 } })).toEqual([]);
  });

  test("CRD-RATCHET-WARN: an unchanged value may keep violating a rule, with a warning", () => {
    const schema = withRules([{ rule: "self.a > 1" }]);
    const next = { spec: { a: 1 }, other: 2 };
    expect(texts(schema, next, { spec: { a: 1 } })).toEqual([]);
    expect(validateRules(next, schema, { spec: { a: 1 } }).ratcheted).toEqual([
      "spec: Invalid value: failed rule: self.a > 1",
    ]);
    expect(texts(schema, { spec: { a: 0 } }, { spec: { a: 1 } })).toHaveLength(1);
  });

  test("at the root only the name and generateName of metadata are accessible", () => {
    const root: Schema = {
      type: "object",
      "x-kubernetes-validations": [{ rule: "self.metadata.name.startsWith('ok')" }],
    };
    expect(texts(root, { metadata: { name: "no" } })).toEqual([
      "<nil>: Invalid value: failed rule: self.metadata.name.startsWith('ok')",
    ]);
    const labels: Schema = { type: "object", "x-kubernetes-validations": [{ rule: "has(self.metadata.labels)" }] };
    expect(ruleErrors(labels, "root", { found: [] })[0]?.message).toContain("undefined field 'labels'");
  });

  test.each<[string, string, boolean]>([
    ["plain", "has(self.o.namespace) && self.o.namespace.getHours() == 3", true],
    ["escaped", "has(self.o.__namespace__) && self.o.__namespace__.getHours() == 3", true],
    ["both ways", "self.o.namespace == self.o.__namespace__", true],
    ["in a violated rule", "self.o.namespace.getHours() == 4", false],
  ])("CEL-KEYWORDS: a field whose name is a keyword is selected %s", (_, rule, holds) => {
    const o: Schema = { type: "object", properties: { namespace: { type: "string", format: "date-time" } } };
    const schema = withRules([{ rule }], { properties: { o } });
    expect(ruleErrors(schema, "root", { found: [] })).toEqual([]);
    const failed = holds ? [] : [`spec: Invalid value: failed rule: ${rule}`];
    expect(texts(schema, { spec: { o: { namespace: "2026-01-01T03:00:00Z" } } })).toEqual(failed);
  });

  test("rules that exceed the total cost budget are aborted", () => {
    const list: Schema = { properties: { l: { type: "array", items: { type: "integer" } } } };
    const schema = withRules([{ rule: "self.l.all(x, self.l.all(y, x + y >= 0))" }], list);
    const [only] = texts(schema, { spec: { l: Array.from({ length: 2000 }, (_, i) => i) } });
    expect(only).toContain("call cost exceeds limit for rule");
  });
});

describe("validation rules in definitions", () => {
  const problems = (schema: Schema) =>
    ruleErrors(schema, "root", { found: [] }).map(({ path, message }) => `${path}: ${message}`);

  test("bounds in the schema keep rules within the cost limit", () => {
    const rule = { rule: "self.l.all(x, self.l.all(y, x == y))" };
    const of = (maxItems?: number): Schema => ({
      properties: { l: { type: "array", ...(maxItems ? { maxItems } : {}), items: { type: "string", maxLength: 5 } } },
    });
    expect(problems(withRules([rule], of(50)))).toEqual([]);
    expect(problems(withRules([rule], of()))[0]).toContain(
      "estimated rule cost exceeds budget by factor of more than 100x",
    );
  });

  test("oldSelf requires a correlatable path, optionalOldSelf requires oldSelf", () => {
    const items: Schema = { type: "string", maxLength: 3, "x-kubernetes-validations": [{ rule: "self == oldSelf" }] };
    const list: Schema = { properties: { l: { type: "array", maxItems: 3, items } } };
    expect(problems(withRules([{ rule: "true", optionalOldSelf: true }], list))).toEqual([
      'root.properties[spec].properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within root.properties[spec].properties[l]',
      "root.properties[spec].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule",
    ]);
  });
});
