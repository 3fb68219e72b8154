import { expect, it } from "vitest";
import { cidrPieces } from "./cidr-pieces.ts";

function first(count: number, range: string, taken: readonly string[] = []): string[] {
  const found: string[] = [];
  for (const piece of cidrPieces(range, new Set(taken))) if (found.push(piece) === count) break;
  return found;
}

it.each([
  ["10.244.0.0/16", ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]],
  ["10.0.254.0/23", ["10.0.254.0/24", "10.0.255.0/24"]],
  ["10.1.255.0/22", ["10.1.255.0/24", "10.2.0.0/24", "10.2.1.0/24"]],
  ["fd00:10:244::/56", ["fd00:10:244::/64", "fd00:10:244:1::/64", "fd00:10:244:2::/64"]],
  ["fd00:1:2:ab00::/63", ["fd00:1:2:ab00::/64", "fd00:1:2:ab01::/64"]],
])("the first node ranges of %s are %s", (range, pieces) => expect(first(3, range)).toEqual(pieces));

it("a node range is assigned once", () => {
  expect(first(2, "fd00:10:244::/56", ["fd00:10:244::/64", "fd00:10:244:2::/64"])).toEqual([
    "fd00:10:244:1::/64",
    "fd00:10:244:3::/64",
  ]);
});
