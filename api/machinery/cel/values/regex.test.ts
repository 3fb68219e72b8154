import { describe, expect, test } from "vitest";
import { run } from "../../../../test/fakes/objects/cel-expression.ts";

describe("a pattern", () => {
  test("that could take unbounded time is refused by find", () => {
    expect(run("'ab=c='.findAll('[a-z]*=')")).toEqual(["ab=", "c="]);
    expect(run(`'${"a".repeat(3000)}='.find('.*.*.*=')`)).toContain("cannot be found in bounded time");
  });

  test("finds no empty match right behind another match, as in Go", () => {
    expect(run("'0.1m'.findAll('[0-9]*')")).toEqual(["0", "1", ""]);
    expect(run("'ab'.findAll('x*')")).toEqual(["", "", ""]);
  });

  test("CRD-PATTERN-TIME: is not taken for absent from a text that is too long to tell", () => {
    const text = "é".repeat(20_000);
    const long = String.raw`\\pL{1000}`.repeat(4);
    expect(String(run(`!'${text}'.matches('${long}')`)).slice(-80)).toContain("cannot be found in bounded time");
    expect(run(`!'${text}secret'.matches('secret')`)).toBe(false);
  });

  test.each(["(a+)+$", "([a-z]*)*x", "(.*)+="])(
    "with exponential backtracking is matched in linear time: %s",
    (pattern) => {
      const text = `${"a".repeat(5000)}!`;
      expect(run(`'${text}'.matches('${pattern}')`)).toBe(false);
    },
  );

  test.each(["^[a-z]([-a-z0-9]*[a-z0-9])?$", "^(\\\\.[a-z]+)*$", "^([a-z]+\\\\.)*[a-z]+$"])(
    "that is ordinary is accepted: %s",
    (pattern) => {
      expect(typeof run(`self.s.matches("${pattern}")`)).toBe("boolean");
    },
  );
});
