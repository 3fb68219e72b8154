import { describe, expect, test } from "vitest";
import { cpuStopwatch } from "../../../../test/cpu-time.ts";
import { run } from "../../../../test/fakes/objects/cel-expression.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import type { Type } from "./type.ts";
import { Timestamp } from "./values.ts";

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
    ["makes texts of untyped ones", doubled("dyn('0123456789')", "V + V", "V == ''", 24)],
    [
      "shows long texts",
      doubled(`'${"0".repeat(1000)}'`, "V + V", "'%s'.format([lists.range(2000).map(i, V)]) == ''", 10),
    ],
    ["pads a text", "'%.400000000e'.format([1.0]) == ''"],
    ["lengthens a number", "'%.400000000f'.format([1e22]) == ''"],
    ["makes texts in texts", doubled("'0123456789'", "V.replace('', V)", "V == ''", 12)],
  ])("an expression that %s endlessly is aborted", (_, source) => {
    expect(run(source)).toMatch(/^operation cancelled: (too much is gone through|the text is too long|actual cost)/);
  });

  /** How much processor time an expression that is true takes, in milliseconds. */
  function timeOf(source: string, values: ReadonlyMap<string, unknown>): number {
    const variables = new Map([...values.keys()].map((name) => [name, { kind: "dyn" } as Type]));
    const result = compile(source, { variables, library: kubernetesLibrary });
    const taken = cpuStopwatch();
    expect(result.ok && result.program.run(values)).toMatchObject({ ok: true, value: true });
    return taken();
  }

  test("a text is sought from another's end in time that grows with their lengths only", () => {
    const texts = { a: "ab".repeat(100_000), b: "xy".repeat(50_000) };
    expect(timeOf("a.lastIndexOf(b) < 0", new Map(Object.entries(texts)))).toBeLessThan(3000);
  });

  test("a clock in another zone is read about as fast as one in UTC", () => {
    const at = new Map([["t", new Timestamp(0n)]]);
    const timeIn = (zone: string) => timeOf(`lists.range(5000).all(i, t.getFullYear(${zone}) == 1970)`, at);
    timeIn("");
    expect(timeIn("'Europe/Berlin'")).toBeLessThan(12 * timeIn(""));
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
