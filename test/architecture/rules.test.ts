import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parts, root } from "./modules.ts";

const ID = "[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+";

/** An id starts its list item, row or heading. */
const LEADING = new RegExp(`^(?:- |[|] ?|#+ )[*]*(${ID})\\b`, "gm");
const specs = readdirSync(join(root, "docs/spec")).map((name) => readFileSync(join(root, "docs/spec", name), "utf8"));
const rules = new Set(specs.flatMap((text) => [...text.matchAll(LEADING)].map(([, id = ""]) => id)));

/** Tests, the contracts that tests consist of, and code for tests only. */
const tests = [...parts, "test"]
  .flatMap((part) => readdirSync(join(root, part), { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("/architecture"))
  .map(({ name, parentPath }) => join(parentPath, name))
  .filter(
    (file) => /\.(test|contract)\.tsx?$/.test(file) || (file.startsWith(join(root, "test")) && /\.ts$/.test(file)),
  )
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));

/** No test can show that something does not exist. None may be added. */
const unquoted = ["AUTH-X509"];

test("each rule of docs/spec has a test that quotes it", () => {
  const quoted = new Set(tests.flatMap(({ text }) => text.match(new RegExp(`\\b${ID}\\b`, "g")) ?? []));
  expect(rules.size).toBeGreaterThan(400);
  expect([...rules].filter((id) => !quoted.has(id)).sort()).toEqual(unquoted);
});

test("each rule that a test's title begins with is one of docs/spec", () => {
  const title = new RegExp(`\\b(?:test|it|describe)\\(\\s*["']((?:${ID}, )*${ID}):`, "g");
  const named = tests.flatMap(({ text }) => [...text.matchAll(title)].flatMap(([, ids = ""]) => ids.split(", ")));
  expect([...new Set(named)].filter((id) => !rules.has(id))).toEqual([]);
});

test("a rule that names its test is quoted there", () => {
  const row = new RegExp(`^[|] (${ID}) +[|].*[|] +([a-z][^|]*[.]test[.]ts) +[|]$`, "gm");
  const rows = specs.flatMap((text) => [...text.matchAll(row)]);
  expect(rows.length).toBeGreaterThan(70);
  const offences = rows.flatMap(([, id = "", names = ""]) =>
    names
      .split(", ")
      .filter((name) => !tests.some(({ file, text }) => file.endsWith(`/${name}`) && text.includes(id)))
      .map((name) => `${id}: ${name}`),
  );
  expect(offences).toEqual([]);
});
