import { expect, test } from "vitest";
import { indentAfter } from "./indent.ts";

test.each([
  ["", 0],
  ["kind: Pod", 0],
  ["spec:", 2],
  ["  containers:", 4],
  ["    - name: web", 6],
  ["    - env:", 8],
  ["    -", 4],
])("the line after %j is indented by %i", (line, depth) => expect(indentAfter(line)).toBe(depth));
