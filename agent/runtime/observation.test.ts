import { expect, test } from "vitest";
import { newestFirst } from "./observation.ts";

test("AGENT-CLOCK: the latest attempt is the newest, even if the clock was set back meanwhile", () => {
  const afterwards = { attempt: 3, createdAt: 100 };
  const before = [1, 2].map((attempt) => ({ attempt, createdAt: 1_000_000 + attempt }));
  const first = [5, 7].map((createdAt) => ({ attempt: 0, createdAt }));
  expect([...before, ...first, afterwards].sort(newestFirst)).toEqual([
    afterwards,
    ...before.toReversed(),
    ...first.toReversed(),
  ]);
});
