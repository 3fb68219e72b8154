import { describe, expect, it } from "vitest";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  isWhole,
  milliUnits,
  parseQuantity,
  quantityOf,
  roundedToMilli,
  wholeUnits,
} from "./quantity.ts";

describe("a quantity's canonical text equals Go's", () => {
  it.each([
    ["100m", "100m"],
    ["0.1", "100m"],
    ["1.5", "1500m"],
    ["1.500", "1.500"],
    ["01", "01"],
    ["1000", "1k"],
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    ["1025Mi", "1025Mi"],
    ["0.5Mi", "512Ki"],
    ["1.5Gi", "1536Mi"],
    ["8Ki", "8Ki"],
    ["0.5Ki", "512"],
    ["2e3", "2e3"],
    ["2000e0", "2e3"],
    ["1E", "1E"],
    ["10000000000000000000000", "10000E"],
    ["0.0000000001", "1n"],
    ["-1.5", "-1500m"],
    ["0", "0"],
    ["0m", "0"],
    ["Mi", "0"],
    ["9999999999Ei", "9223372036854775807"],
    [2, "2"],
    [1.5, "1500m"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(["", "abc", "1x", "1 Gi", "1.2.3", "--1", "1KiB"])("%j is invalid", (text) => {
    expect(parseQuantity(text)).toMatch(/must match the regular expression|unable to parse quantity's suffix/);
  });
});

it("FAIR-PARSE: digits followed by something else are scanned once", () => {
  for (const digits of ["1".repeat(1_000_000), `1.${"1".repeat(1_000_000)}`])
    expect(parseQuantity(`${digits}!`)).toContain("quantities must match");
});

describe("arithmetic is exact", () => {
  it("compares across suffixes", () => {
    expect(compareQuantities("1", "1000m")).toBe(0);
    expect(compareQuantities("1Gi", "1G")).toBe(1);
    expect(compareQuantities(undefined, "1n")).toBe(-1);
  });

  it("adds in the format of the first non-zero operand", () => {
    expect(formatQuantity(addQuantities(quantityOf("0"), quantityOf("1Gi")))).toBe("1Gi");
    expect(formatQuantity(addQuantities(quantityOf("1500m"), quantityOf("500m")))).toBe("2");
  });

  it("rounds up to units and thousandths", () => {
    expect(wholeUnits(quantityOf("1001m"))).toBe(2n);
    expect(milliUnits(quantityOf("100u"))).toBe(1n);
    expect(roundedToMilli("1.0001")).toBe("1001m");
    expect(roundedToMilli("1Gi")).toBe("1Gi");
  });
});

it.each([
  ["1500m", false],
  ["2", true],
  ["0.0001", false],
  ["1E", true],
  ["1Ei", false],
  ["1Pi", true],
  ["99999999999999999999", false],
])("%s is an integer, with Kubernetes' message: %s", (text, whole) => {
  expect(isWhole(quantityOf(text))).toBe(whole);
});

it("a quantity with more than a thousand digits is invalid", () => {
  const digits = "1".repeat(1000);
  expect(parseQuantity(digits)).toMatchObject({ format: "DecimalSI" });
  for (const text of [`${digits}1`, `0.${digits}`, `${digits}1Gi`, `${"1".repeat(1_400_000)}e3`])
    expect(parseQuantity(text)).toMatch(/unable to parse quantity's suffix/);
});
