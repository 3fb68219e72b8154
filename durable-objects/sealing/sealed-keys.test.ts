import { expect, test } from "vitest";
import { isOutdated, lostKeyOf, openKey, sealKey } from "./sealed-keys.ts";
import { Sealer } from "./sealer.ts";

const [one, two] = ["1", "2"].map((id) => `${id}:${btoa(id.repeat(32))}`);
const first = Sealer.parse(`${one}`);
const both = Sealer.parse(`${two},${one}`);
const second = Sealer.parse(`${two}`);
const key = { kty: "EC", d: "private" };

test("SEAL-KEYS: a key is opened with the encryption key that it was sealed with, under its name only", () => {
  const sealed = sealKey(first, key, "signing");
  expect(sealed).toBeInstanceOf(Uint8Array);
  expect([first, both].map((sealer) => openKey(sealer, sealed, "signing"))).toEqual([key, key]);
  expect(() => openKey(first, sealed, "other")).toThrow();
  expect(() => openKey(undefined, sealed, "signing")).toThrow(
    "sealed with encryption key 1, and this deployment has none",
  );
});

test("SEAL-KEYS: a deployment without encryption stores keys as they are, and one with it reads them", () => {
  expect(sealKey(undefined, key, "signing")).toEqual(key);
  expect(openKey(first, key, "signing")).toEqual(key);
});

test.each([
  ["in plain text", key, [undefined, undefined, undefined], [false, true, true]],
  ["sealed with the first key", sealKey(first, key, "k"), [1, undefined, 1], [false, true, true]],
  ["sealed with the newest key", sealKey(both, key, "k"), [2, undefined, undefined], [false, false, false]],
])(
  "SEAL-LOST, SEAL-ROTATE: of a key %s it is known who has lost it, and who must write it again",
  (_, stored, lost, outdated) => {
    const deployments = [undefined, both, second];
    expect(deployments.map((sealer) => lostKeyOf(sealer, stored))).toEqual(lost);
    expect(deployments.map((sealer) => isOutdated(sealer, stored))).toEqual(outdated);
  },
);

test("SEAL-LOST: a key that does not exist yet is not lost", () => {
  expect(lostKeyOf(first, undefined)).toBeUndefined();
});
