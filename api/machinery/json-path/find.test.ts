import { describe, expect, test } from "vitest";
import { findJsonPath, isJsonPath, jsonPathProblem, PathRoom } from "./find.ts";

const object = {
  metadata: { annotations: { "a.b/c": "v" } },
  spec: {
    s: "str",
    i: 7,
    nul: null,
    l: ["x", "y", "z"],
    o: { a: "A", b: 1 },
    lo: [
      { k: "a", v: 1, f: true },
      { k: "b", v: 2, f: false },
    ],
  },
};

describe("CRD-PATH: JSONPath results", () => {
  test.each<[string, unknown[]]>([
    [".spec.s", ["str"]],
    [" $.spec.s ", ["str"]],
    [".spec.nul", [null]],
    [".spec.none.x", []],
    [".", []],
    ["", [object]],
    [".spec.l[1]", ["y"]],
    [".spec.l[-1]", ["z"]],
    [".spec.l[0:2]", ["x", "y"]],
    [".spec.l[::2]", ["x", "z"]],
    [".spec.l[*]", ["x", "y", "z"]],
    [".spec.l[0,2]", ["x", "z"]],
    [".spec.l[9]", []],
    [".spec.l[2:1]", []],
    [".spec.s[0]", []],
    [".spec.o.*", ["A", 1]],
    [".spec.o['a']", ["A"]],
    [".spec.lo[0]['k','v']", ["a", 1]],
    [".metadata.annotations['a\\.b/c']", ["v"]],
    [".metadata.annotations.a\\.b/c", ["v"]],
    [".metadata.annotations['a.b/c']", []],
    ["..k", ["a", "b"]],
    ['.spec.lo[?(@.k=="b")].v', [2]],
    [".spec.lo[?(@.k=='b')].v", [2]],
    [".spec.lo[?(@.v>1)].k", ["b"]],
    [".spec.lo[?(@.f==true)].k", ["a"]],
    [".spec.lo[?(@.f<true)].k", []],
    [".spec.lo[?(@.v==1.0)].k", []],
    [".spec.lo[?(@.v=='1')].k", []],
    [".spec.lo[?(@.f)].k", ["a", "b"]],
    [".spec.lo[?(@.zz)].k", []],
    [".spec.lo[?(@.zz==1)].k", []],
    [".spec.s[?(@.k)]", []],
    ['.spec.l[?(@=="y")]', ["y"]],
    ["spec.s", []],
  ])("%s finds %j", (path, expected) => {
    expect(findJsonPath(path, object)).toEqual(expected);
    expect(isJsonPath(path)).toBe(true);
  });

  test.each([
    ".spec[",
    ".l[a]",
    ".l[-]",
    '.m["a"]',
    "....a",
    '.l[?(@.k=="a" && @.v==1)]',
    ".l[?(@.k",
    ".l[?(@.k)x",
    ".a,.b",
    "'a",
    ";",
    "+.a",
  ])("%s is not a valid path", (path) => {
    expect(isJsonPath(path)).toBe(false);
    expect(findJsonPath(path, object)).toEqual([]);
  });

  test.each([
    ["-x", "cannot parse number -"],
    [";", "unrecognized character in action: U+003B ';'"],
    [".l[a]", "invalid array index a"],
    [".l[", "unterminated array"],
  ])("why %s is invalid", (path, problem) => {
    expect(jsonPathProblem(path)).toBe(problem);
  });
});

describe("CRD-PATH-ROOM: a short path finds a bounded number of values in a small object", () => {
  const deep = Array.from({ length: 300 }).reduce<object>((inner) => ({ a: inner, b: 1 }), { c: 1 });
  test.each([`.${"..".repeat(4)}`, "['a','a']".repeat(40), "..[*]..[*]..[*]", "..[?(@..a)]..[?(@..a)]"])(
    "%s",
    (path) => {
      expect(findJsonPath(path, { a: deep, b: deep, l: [deep, deep] }).length).toBeLessThan(2_000_000);
    },
  );

  test("paths that share the bound find nothing after the first that exceeds it", () => {
    const room = new PathRoom();
    const many = { l: Array.from({ length: 300_000 }, (_, i) => i), x: 1 };
    const found = Array.from({ length: 10 }, () => findJsonPath(".l[*]", many, room).length);
    expect(found.filter((count) => count > 0)).toHaveLength(6);
    expect(findJsonPath(".l[*]", many)).toHaveLength(300_000);
  });
});
