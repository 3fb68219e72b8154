import { expect, test } from "vitest";
import type { Moment } from "../../api/moment.ts";
import { indexOfRevision } from "./moments.ts";

const moments = [10, 20, 30].map((revision) => ({ revision, at: 0 }) as Moment);

test.each([
  ["5", 0],
  ["10", 0],
  ["19", 0],
  ["20", 1],
  ["30", 2],
  ["99", 2],
])("revision %s belongs to moment %i", (revision, index) => {
  expect(indexOfRevision(moments, revision)).toBe(index);
});
