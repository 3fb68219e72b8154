import { expect, it } from "vitest";
import { podUsage } from "./metric-results.ts";

const answer = (window: string | undefined) => ({
  ok: true as const,
  body: {
    items: [
      {
        metadata: { name: "p" },
        timestamp: "2026-01-01T00:00:00Z",
        ...(window && { window }),
        containers: [{ name: "c", usage: { cpu: "250m" } }],
      },
    ],
  },
});

it.each([
  ["15.811s", 15_811],
  ["1m0.5s", 60_500],
  [undefined, 30_000],
  ["soon", 30_000],
])("the usage window %s is read as a number of milliseconds", (window, expected) => {
  const read = podUsage(answer(window), "cpu", undefined);
  expect(read.ok && read.value.get("p")).toMatchObject({ value: 250, window: expected });
});
