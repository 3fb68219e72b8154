import { expect, test } from "vitest";
import { renderMark, returnedMark } from "./mark.ts";

test("RELAY-AHEAD: only a whole mark is one", () => {
  expect(returnedMark(renderMark(2n ** 64n - 1n))).toBe(2n ** 64n - 1n);
  const frames = new Uint8Array(9).fill(3).buffer;
  for (const other of ["text", frames, new ArrayBuffer(0), renderMark(1n).slice(0, 8)])
    expect(returnedMark(other)).toBeUndefined();
});
