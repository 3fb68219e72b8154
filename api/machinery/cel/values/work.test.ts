import { describe, expect, test } from "vitest";
import { run } from "../../../../test/fakes/objects/cel-expression.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import type { Type } from "./type.ts";

describe("no expression blocks other requests", () => {
  const chain = (start: string, link: string, times: number) => start + link.repeat(times);
  const bound = (value: string, next: string, times: number) =>
    Array.from({ length: times }, (_, i) => `cel.bind(v${i}, ${i === 0 ? value : next.replaceAll("V", `v${i - 1}`)}, `);
  const doubled = (value: string, next: string, result: string, times: number) =>
    [...bound(value, next, times), result.replaceAll("V", `v${times - 1}`), ")".repeat(times)].join("");

  test.each([
    ["whose macros double its parts", chain("optional.of(1)", ".optMap(x, x)", 60), "more than 200000 parts"],
    ["of a long chain of members", chain("dyn(self)", ".a", 40_000), "expression recursion limit exceeded"],
    ["of a long sum", chain("1", "+1", 40_000), "expression recursion limit exceeded"],
  ])("one %s is refused", (_, source, message) => {
    expect(String(run(source))).toContain(message);
  });

  test("only the first hundred of many issues are reported", () => {
    const issues = String(run(`[${"a,".repeat(1000)}]`));
    expect(issues.match(/undeclared/g)).toHaveLength(100);
    expect(issues).toMatch(/\n900 more errors were truncated$/);
  });

  test("types that double with each step are not compared forever", () => {
    expect(run(doubled("{1: 1}", "{V: V}", "V == V", 60))).toBe(true);
    expect(String(run(`${chain("[{1: 1}]", ".map(x, {x: x})", 60)}[0] == 1`)).length).toBeLessThan(20_000);
  });

  test.each([
    ["compares", doubled("[1]", "[V, V]", `V == ${doubled("[1]", "[V, V]", "V", 40)}`, 40)],
    ["shows", doubled("[1]", "[V, V]", "'%s'.format([V]) == ''", 40)],
    ["makes lists", doubled("[1]", "V + V", "V.size() == 0", 40)],
    ["makes texts of parts", doubled("['0123456789']", "V + V", "V.join(',') == ''", 24)],
    ["makes texts in texts", doubled("'0123456789'", "V.replace('', V)", "V == ''", 12)],
  ])("an expression that %s endlessly is aborted", (_, source) => {
    expect(run(source)).toMatch(/^operation cancelled: (too much is gone through|the text is too long|actual cost)/);
  });

  test("lists and maps of a full-size request are traversed once", () => {
    const items = Array.from({ length: 50_000 }, (_, i) => BigInt(i));
    const program = (source: string) => {
      const result = compile(source, {
        variables: new Map([["l", { kind: "dyn" } as Type]]),
        library: kubernetesLibrary,
      });
      return result.ok ? result.program.run(new Map([["l", items]])) : result;
    };
    expect(program("l.map(x, x).size() == l.size()")).toMatchObject({ ok: true, value: true });
    expect(program("l.filter(x, true).size() == l.size()")).toMatchObject({ ok: true, value: true });
    expect(program("l.transformMap(i, v, v).size() == l.size()")).toMatchObject({ ok: true, value: true });
  });

  test("a long chain of && and || does not nest calls", () => {
    expect(run(`${"false || ".repeat(5000)}true`)).toBe(true);
    expect(run(`${"true && ".repeat(5000)}1 == 2`)).toBe(false);
  });
});

test("too deep nesting is refused without a stack overflow", () => {
  expect(run(`${"(".repeat(5000)}1${")".repeat(5000)} == 1`)).toContain("recursion limit");
  expect(run(`${"!".repeat(5000)}true`)).toContain("recursion limit");
});
