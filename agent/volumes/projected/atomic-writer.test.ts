import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { publish } from "./atomic-writer.ts";

const file = (content: string) => ({ content: Buffer.from(content), mode: 0o644 });

test("files that cannot be written leave what was published, and nothing else", () => {
  const directory = temporaryDirectory();
  publish(directory, new Map([["a", file("one")]]));
  const before = readdirSync(directory).sort();
  // A file cannot be a directory, too.
  const impossible = new Map([
    ["a", file("two")],
    ["a/b", file("three")],
  ]);
  for (let attempt = 0; attempt < 3; attempt++) expect(() => publish(directory, impossible)).toThrow();
  expect(readdirSync(directory).sort()).toEqual(before);
  expect(readFileSync(join(directory, "a"), "utf8")).toBe("one");
  rmSync(directory, { recursive: true });
});

test("links that a killed writer has not made are made by the next one", () => {
  const directory = temporaryDirectory();
  const payload = new Map([["a", file("one")]]);
  publish(directory, payload);
  rmSync(join(directory, "a"));
  expect(publish(directory, payload)).toBe(false);
  expect(readFileSync(join(directory, "a"), "utf8")).toBe("one");
  rmSync(directory, { recursive: true });
});

test("AGENT-VOLUME-NESTED: places of other volumes stay when files change", () => {
  const directory = temporaryDirectory();
  publish(directory, new Map([["a", file("one")]]));
  mkdirSync(join(directory, "nested"));
  publish(directory, new Map([["b", file("two")]]));
  expect(readdirSync(directory).filter((name) => !name.startsWith(".."))).toEqual(["b", "nested"]);
  rmSync(directory, { recursive: true });
});
