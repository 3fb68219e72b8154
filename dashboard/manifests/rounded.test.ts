import { expect, test } from "vitest";
import { mayBeRounded } from "./rounded.ts";

test.each([
  [{ spec: { size: 2 ** 53 } }, true],
  [{ list: [{ at: -(2 ** 60) }] }, true],
  [{ spec: { size: 2 ** 53 - 1, share: 0.5, none: null, text: "9007199254740993" } }, false],
])("%j may be rounded: %s", (object, rounded) => expect(mayBeRounded(object)).toBe(rounded));
