import { expect, test } from "vitest";
import { requestTime } from "./deadline.ts";

test("HOOK-TIME: a request may take as long as its client waits, at most a minute", () => {
  const of = (query: string) => requestTime(new URLSearchParams(query));
  expect(["timeout=1500ms", "timeout=2m", "timeout=0s", "timeout=x", ""].map(of)).toEqual([
    1500, 60_000, 60_000, 60_000, 60_000,
  ]);
});
