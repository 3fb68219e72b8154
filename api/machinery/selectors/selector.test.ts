import { describe, expect, test } from "vitest";
import { printedLabelSelector } from "../labels-validation.ts";
import { unknownFieldMessage } from "./field-selector.ts";
import { meetsTerm } from "./node-selector.ts";
import {
  formatLabelSelector,
  labelSelectorRequirements,
  labelsMatch,
  matches,
  parseFieldSelector,
  parseLabelSelector,
  printLabelSelector,
} from "./selector.ts";

const requirementsOf = (text: string) => {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.requirements;
};

describe("a label selector", () => {
  test.each([
    ["", {}, true],
    ["a", { a: "" }, true],
    ["a", {}, false],
    ["!a", {}, true],
    ["! a", { a: "1" }, false],
    ["a=1", { a: "1" }, true],
    ["a==1", { a: "1" }, true],
    ["a = 1 , b!=2", { a: "1" }, true],
    ["a!=1", { a: "1" }, false],
    ["a=", { a: "" }, true],
    ["a=", {}, false],
    ["a in (1, 2)", { a: "2" }, true],
    ["a in (1,,2)", { a: "" }, true],
    ["a in (,)", { a: "" }, true],
    ["a notin ()", { a: "x" }, true],
    ["a notin (1)", {}, true],
    ["a notin (1)", { a: "1" }, false],
    ["a in (in,notin)", { a: "notin" }, true],
    ["a=in", { a: "in" }, true],
    ["in in (in)", { in: "in" }, true],
    ["a>5", { a: "6" }, true],
    ["a>9007199254740993", { a: "9007199254740994" }, true],
    ["a<5", { a: "x" }, false],
    ["a,b", { a: "1" }, false],
    ["constructor", {}, false],
  ])("%j on %j: %j", (selector, labels, expected) => {
    expect(labelsMatch(requirementsOf(selector), labels)).toBe(expected);
  });

  test("is ordered by key", () => {
    expect(requirementsOf("b,a=1").map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test.each([
    ["=", "found '=', expected: !, identifier, or 'end of string'"],
    [",", "found ',', expected: !, identifier, or 'end of string'"],
    ["x,,y", "found ',', expected: identifier after ','"],
    ["x,", "found '', expected: identifier after ','"],
    ["!", "unable to parse requirement: found '', expected: identifier"],
    ["!!a", "unable to parse requirement: found '!', expected: identifier"],
    ["!a=1", "found '=', expected: ',' or 'end of string'"],
    ["x===", "unable to parse requirement: found '=', expected: identifier"],
    ["x=a b", "found 'b', expected: ',' or 'end of string'"],
    ["bad key=1", "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"],
    ["x in", "unable to parse requirement: found '' expected: '('"],
    ["x in (a b)", "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ["x in (a", "unable to parse requirement: found '', expected: ',' or ')'"],
    ["x in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ["/x=1", 'unable to parse requirement: <nil>: Invalid value: "/x": prefix part must be non-empty'],
    [
      "x=-\u0001",
      "unable to parse requirement: values[0][x]: Invalid value: \"-\\x01\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    [
      "x>a",
      "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])("%j is refused in Kubernetes' words", (text, message) => {
    expect(parseLabelSelector(text)).toEqual({ ok: false, message });
  });
});

describe("a field selector", () => {
  const pod = { labels: {}, fields: { "status.phase": "Running", "spec.nodeName": "" } };
  const key = { namespace: "default", name: "web,1" };

  test.each([
    ["", true],
    ["status.phase=Running", true],
    ["status.phase==Running,spec.nodeName=", true],
    ["status.phase!=Running", false],
    ["spec.nodeName!=a", true],
    ["metadata.name=web\\,1,metadata.namespace=default", true],
    ["metadata.name!=web\\,1", false],
    [",status.phase=Running,", true],
    ["=,status.phase=Running", true],
    ["!=", true],
  ])("%j: %j", (text, expected) => {
    const parsed = parseFieldSelector(text);
    expect(parsed.ok && matches(parsed.requirements, pod, key)).toBe(expected);
  });

  test.each([
    ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
    ["a=\\b", "invalid field selector: invalid escape sequence: \\b"],
    ["a=b\\", "invalid field selector: invalid escape sequence: \\"],
  ])("%j is refused in Kubernetes' words", (text, message) => {
    expect(parseFieldSelector(text)).toEqual({ ok: false, message });
  });

  test.each([
    [{ group: "batch", kind: "Job", fields: {} }, 'field label "x" not supported for Job'],
    [{ group: "", kind: "Pod", fields: { "status.phase": 1 } }, "field label not supported: x"],
    [{ group: "a.b", kind: "Foo", structuralSchema: {} }, "field label not supported: x"],
    [
      { group: "", kind: "PodTemplate" },
      '"x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ])("%j with an unsupported field is refused", (kind, message) => {
    expect(unknownFieldMessage(kind, "x")).toBe(message);
  });
});

describe("a LabelSelector", () => {
  const selector = {
    matchLabels: { b: "2", a: "1" },
    matchExpressions: [
      { key: "c", operator: "In", values: ["z", "y"] },
      { key: "d", operator: "DoesNotExist" },
    ],
  };

  test("matches by labels and expressions", () => {
    expect(labelsMatch(labelSelectorRequirements(selector), { a: "1", b: "2", c: "y" })).toBe(true);
    expect(labelsMatch(labelSelectorRequirements(selector), { a: "1", b: "2", c: "y", d: "" })).toBe(false);
    expect(labelsMatch(labelSelectorRequirements({}), undefined)).toBe(true);
  });

  test("is printed sorted by key", () => {
    expect(formatLabelSelector(selector)).toBe("a=1,b=2,c in (y,z),!d");
    expect(printLabelSelector({})).toBe("<none>");
    expect(printLabelSelector(undefined)).toBe("<none>");
  });
});

test("a LabelSelector is printed with its fields in order", () => {
  const printed = printedLabelSelector({
    matchExpressions: [{ key: "k", operator: "Exists" }],
    matchLabels: { b: "1", a: "2" },
  });
  expect(JSON.stringify(printed)).toBe(
    '{"matchLabels":{"a":"2","b":"1"},"matchExpressions":[{"key":"k","operator":"Exists"}]}',
  );
});

test.each(["constructor", "toString"])("%s is a label only of what has it", (key) => {
  const term = { matchExpressions: [{ key, operator: "Exists" }] };
  expect(meetsTerm(term, { name: "n", labels: {} })).toBe(false);
  expect(meetsTerm(term, { name: "n", labels: { [key]: "" } })).toBe(true);
});
