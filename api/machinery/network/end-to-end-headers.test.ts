import { expect, test } from "vitest";
import { endToEnd } from "./end-to-end-headers.ts";

test.each([
  [[["A", "1"]], ["A"]],
  [
    [
      ["Connection", "close"],
      ["Keep-Alive", "5"],
      ["TE", "trailers"],
      ["Upgrade", "x"],
      ["A", "1"],
    ],
    ["A"],
  ],
  [
    [
      ["X-Name", "1"],
      ["connection", "close , X-NAME"],
      ["X-Names", "1"],
    ],
    ["X-Names"],
  ],
  [
    [
      ["Connection", "a"],
      ["Connection", "b"],
      ["A", "1"],
      ["B", "1"],
      ["C", "1"],
    ],
    ["C"],
  ],
  [
    [
      ["Proxy-Authorization", "secret"],
      ["Set-Cookie", "a"],
      ["Set-Cookie", "b"],
    ],
    ["Set-Cookie", "Set-Cookie"],
  ],
] as const)("of headers %j, %j are forwarded", (headers, passed) => {
  expect(endToEnd<readonly [string, string]>(headers).map(([name]) => name)).toEqual(passed);
});
