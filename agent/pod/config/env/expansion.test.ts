import { expect, it } from "vitest";
import { inCpuTime } from "../../../../test/cpu-time.ts";
import { expand } from "./expansion.ts";

const variables: Readonly<Record<string, string>> = { A: "one", EMPTY: "" };

it.each([
  ["$(A)", "one"],
  ["$(A)-$(A)", "one-one"],
  ["$$(A)", "$(A)"],
  ["$$$(A)", "$one"],
  ["$(NONE)", "$(NONE)"],
  ["$(EMPTY)x", "x"],
  ["$A $ $(A", "$A $ $(A"],
  ["$", "$"],
])("%s expands to %s", (text, expected) => {
  expect(expand(text, (name) => variables[name])).toBe(expected);
});

it(
  "a text with many names that do not end takes no longer than any other",
  inCpuTime(1000, () => {
    const text = "$(".repeat(500_000);
    expect(expand(text, () => undefined)).toBe(text);
  }),
);
