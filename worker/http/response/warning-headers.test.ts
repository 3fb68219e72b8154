import { expect, test } from "vitest";
import { warningHeaders } from "./warning-headers.ts";

test("a warning is a quoted-string, sent once, and dropped if it has a control character", () => {
  expect(warningHeaders(['unknown field "a\\b"', "x", "x", "y\nz", ""])).toEqual([
    '299 - "unknown field \\"a\\\\b\\""',
    '299 - "x"',
  ]);
});

test("warnings that are too long together are truncated, and dropped beyond the limit", () => {
  const texts = Array.from({ length: 100 }, (_, index) => `${index}${"é".repeat(300)}`);
  const headers = warningHeaders(texts);
  expect(headers).toHaveLength(16);
  for (const [index, header] of headers.entries()) {
    expect(header).toHaveLength(256 + '299 - ""'.length);
    expect(header).toContain(`"${index}é`);
  }
});

test("a single long warning that fits is not truncated", () => {
  expect(warningHeaders(["a".repeat(4096)])).toEqual([`299 - "${"a".repeat(4096)}"`]);
});
