import { expect, test } from "vitest";
import { warningHeaders } from "./warning-headers.ts";

test("a text is a quoted-string, said once, and one with a control character is not said", () => {
  expect(warningHeaders(['unknown field "a\\b"', "x", "x", "y\nz", ""])).toEqual([
    '299 - "unknown field \\"a\\\\b\\""',
    '299 - "x"',
  ]);
});

test("texts that are too long together are cut, and those beyond the room left out", () => {
  const texts = Array.from({ length: 100 }, (_, index) => `${index}${"é".repeat(300)}`);
  const headers = warningHeaders(texts);
  expect(headers).toHaveLength(16);
  for (const [index, header] of headers.entries()) {
    expect(header).toHaveLength(256 + '299 - ""'.length);
    expect(header).toContain(`"${index}é`);
  }
});

test("one long text that fits stays whole", () => {
  expect(warningHeaders(["a".repeat(4096)])).toEqual([`299 - "${"a".repeat(4096)}"`]);
});
