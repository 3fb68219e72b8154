import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { allPaths, root, sourceFiles } from "./modules.ts";

const files = sourceFiles();

test("a file name is in lower case, with words joined by dashes", () => {
  const vague = /^(utils?|helpers?|types|common|misc|shared|lib)\.tsx?$/;
  const offences = files
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("api/schema/groups/"))
    .filter(
      (path) => vague.test(basename(path)) || !/^[a-z0-9]+(-[a-z0-9]+)*(\.config|\.d)?\.tsx?$/.test(basename(path)),
    );
  expect(offences).toEqual([]);
});

test("index.ts is a table or wiring, never a barrel", () => {
  const offences = files
    .filter(({ path }) => basename(path) === "index.ts")
    .filter(({ text }) => /^export \* from/m.test(text))
    .map(({ path }) => path);
  expect(offences).toEqual([]);
});

/** Lists of facts, one per line: they have one subject at any length. */
const tables = /^api\/schema\/groups\/|^agent\/runtime\/cri\/cri-proto\.ts$/;

test("a file has one subject: no file, and no test, is longer than 300 lines", () => {
  const offences = allPaths()
    .filter((path) => !tables.test(path))
    .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > 300)
    .map(({ path, lines }) => `${path}: ${lines}`);
  expect(offences).toEqual([]);
});
