import { expect, it } from "vitest";
import { textOfUtf8, utf8Bytes, utf8Length } from "./utf8.ts";

it.each(["", "abc", "é", "€", "😀 a", "\u07ff\u0800\uffff"])("%j is encoded as by TextEncoder", (text) => {
  const bytes = utf8Bytes(text);
  expect([...bytes]).toEqual([...new TextEncoder().encode(text)]);
  expect(utf8Length(text)).toBe(bytes.length);
  expect(textOfUtf8(bytes)).toBe(text);
});
