import { expect, test } from "vitest";
import { readYaml } from "./decode-yaml.ts";

const times = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("");
const map = `b: &b {${times(20_000, (i) => `k${i}: 1,`)}}\n`;

/** Inputs that took minutes each. All in one test, so that a slow machine does not make it fail. */
test.each([
  ["keys in lines", `a:\n${times(60_000, (i) => ` k${i}: x\n`)}`, true],
  ["a key again and again", `a:\n${times(60_000, () => " b: 1\n")}`, true],
  ["more parts than an object has", `a: [${",".repeat(2_900_000)}]`, "more than 500000 parts"],
  ["anchors with an alias each", `a: [${times(50_000, (i) => `&a${i} x,*a${i},`)}]`, "excessive aliasing"],
  ["a large map merged often", `${map}${times(99, (i) => `c${i}: {<<: *b}\n`)}`, "excessive aliasing"],
  ["a large map named often", `${map}c: [${"*b,".repeat(99)}]`, "excessive aliasing"],
  ["a long text named often", `a: &a ${"x".repeat(1_000_000)}\nb: [${"*a,".repeat(99)}]`, "excessive aliasing"],
  ["quotes that nothing closes", `a: x"${'\\"'.repeat(100_000)}\n : b\nc: ]\n`, "did not find expected key"],
])("FAIR-PARSE: %s", { timeout: 60_000 }, (_, text, expected) => {
  const read = readYaml(text);
  if (expected === true) expect(read.ok).toBe(true);
  else expect(read).toMatchObject({ ok: false, message: expect.stringContaining(String(expected)) });
});

test("FAIR-PARSE: ordinary aliases are accepted", () => {
  const text = `a: &a {x: 1}\nb: *a\nc: {<<: *a, z: 2}\nd: [${"*a,".repeat(50)}]`;
  expect(readYaml(text)).toMatchObject({ ok: true, value: { b: { x: 1 }, c: { x: 1, z: 2 } } });
});
