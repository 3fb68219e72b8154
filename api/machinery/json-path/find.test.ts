import { describe, expect, test } from "vitest";
import { findJsonPath, isJsonPath, jsonPathProblem } from "./find.ts";

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

describe("CRD-PATH: what a path finds", () => {
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
  ])("%s", (path, expected) => {
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
  ])("%s is no path", (path) => {
    expect(isJsonPath(path)).toBe(false);
    expect(findJsonPath(path, object)).toEqual([]);
  });

  test.each([
    ["-x", "cannot parse number -"],
    [";", "unrecognized character in action: U+003B ';'"],
    [".l[a]", "invalid array index a"],
    [".l[", "unterminated array"],
  ])("why %s is none", (path, problem) => {
    expect(jsonPathProblem(path)).toBe(problem);
  });
});
