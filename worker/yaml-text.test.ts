import { describe, expect, test } from "vitest";
import { yamlText } from "./yaml-text.ts";

const read = (...bytes: number[]) => yamlText(Uint8Array.from(bytes));

describe("WIRE-YAML-READ: what is no text is refused as by go-yaml", () => {
  test.each([
    ["invalid leading UTF-8 octet", [0x61, 0xff]],
    ["invalid leading UTF-8 octet", [0x80]],
    ["invalid trailing UTF-8 octet", [0x78, 0xc3, 0x28]],
    ["incomplete UTF-8 octet sequence", [0xe2, 0x82]],
    ["invalid length of a UTF-8 sequence", [0xc0, 0x80]],
    ["invalid Unicode character", [0xed, 0xa0, 0x80]],
    ["invalid Unicode character", [0xf4, 0x90, 0x80, 0x80]],
    ["incomplete UTF-16 character", [0xff, 0xfe, 0x61]],
    ["unexpected low surrogate area", [0xff, 0xfe, 0x00, 0xdc]],
    ["expected low surrogate area", [0xfe, 0xff, 0xd8, 0x3d, 0x00, 0x61]],
    ["incomplete UTF-16 surrogate pair", [0xfe, 0xff, 0xd8, 0x3d]],
  ])("%s", (problem, bytes) => {
    expect(read(...bytes)).toEqual({ ok: false, problem });
  });
});

test("WIRE-YAML-READ: UTF-8 is read, and behind a byte order mark UTF-16 of either order", () => {
  expect(read(0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80)).toEqual({ ok: true, text: "é😀" });
  expect(read(0xff, 0xfe, 0xe9, 0x00, 0x3d, 0xd8, 0x00, 0xde)).toEqual({ ok: true, text: "é😀" });
  expect(read(0xfe, 0xff, 0x00, 0xe9, 0xd8, 0x3d, 0xde, 0x00)).toEqual({ ok: true, text: "é😀" });
});
