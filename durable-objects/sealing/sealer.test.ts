import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keyOf, Sealer } from "./sealer.ts";

const key = (id: number) => `${id}:${randomBytes(32).toString("base64")}`;
const [one, two] = [key(1), key(4_000_000_000)];
const sealer = (text: string) => Sealer.parse(text) as Sealer;

test("SEAL-KEY: a sealed text opens at its own place only", () => {
  const both = sealer(`${two},${one}`);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, place) => {
      const sealed = both.seal(text, place);
      expect(both.open(sealed, place)).toBe(text);
      expect(() => both.open(sealed, `${place}x`)).toThrow();
      if (text.length > 3) expect(Buffer.from(sealed).includes(text)).toBe(false);
    }),
  );
});

test("SEAL-KEY: the first key encrypts, and every key decrypts", () => {
  const old = sealer(one).seal("text", "p");
  expect(sealer(`${two},${one}`).open(old, "p")).toBe("text");
  expect(keyOf(sealer(`${two},${one}`).seal("text", "p"))).toBe(4_000_000_000);
  expect(() => sealer(two).open(old, "p")).toThrow("encryption key 1, which this deployment does not have");
  expect(() => sealer(key(1)).open(old, "p")).toThrow();
});

test("a modified text is not decrypted", () => {
  const sealed = sealer(one).seal("text", "p");
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => sealer(one).open(changed, "p")).toThrow();
  }
});

test("malformed keys are refused; an absent setting means no keys", () => {
  expect(Sealer.parse(undefined)).toBeUndefined();
  expect(Sealer.parse("")).toBeUndefined();
  for (const text of ["x", "1:AAAA", "a:b", `5000000000:${"A".repeat(43)}=`]) {
    expect(() => Sealer.parse(text)).toThrow("ENCRYPTION_KEYS");
  }
});
