import { expect, test } from "vitest";
import { errorMessage } from "./error-message.ts";

test.each([
  [new TypeError("not a function"), "not a function"],
  ["thrown as text", "thrown as text"],
  [undefined, "undefined"],
])("what was thrown is described: %s", (thrown, message) => {
  expect(errorMessage(thrown)).toBe(message);
});
