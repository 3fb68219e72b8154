import { expect, test } from "vitest";
import type { ApiError } from "../../api-error.ts";
import { integerOption, patchOptions, writeOptions } from "./write-options.ts";

function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return (error as ApiError).status.message ?? "";
  }
  return "";
}

test("an apply requires a field manager, and only an apply can force", () => {
  const of = (query: string, isApply: boolean) => refusal(() => patchOptions(new URLSearchParams(query), isApply));
  expect(of("", true)).toBe(
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
  expect(of("fieldManager=a&force=true", true)).toBe("");
  expect(of("force=true", false)).toBe(
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  );
  expect(of("force=", false)).toContain("force: Forbidden");
  expect(of("", false)).toBe("");
});

test("errors are in Kubernetes' order", () => {
  const query = new URLSearchParams("fieldValidation=Loose&dryRun=None&fieldManager=%07");
  const order = /fieldManager: .*dryRun: .*fieldValidation: /;
  expect(refusal(() => writeOptions(query, "CreateOptions"))).toMatch(order);
});

test.each([
  ["", { dryRun: false, fieldManager: "", fieldValidation: "Warn", force: false }],
  ["fieldValidation=", { dryRun: false, fieldManager: "", fieldValidation: "Warn", force: false }],
  [
    "fieldValidation=Strict&dryRun=All&fieldManager=a%20b&force=1",
    { dryRun: true, fieldManager: "a b", fieldValidation: "Strict", force: true },
  ],
])("the options of %j", (query, options) => {
  expect(writeOptions(new URLSearchParams(query), "PatchOptions")).toEqual(options);
});

test.each([
  [
    "fieldValidation=Loose",
    'fieldValidation: Unsupported value: "Loose": supported values: "", "Ignore", "Strict", "Warn"',
  ],
  [`fieldManager=${"ü".repeat(65)}`, "fieldManager: Too long: may not be more than 128 bytes"],
  ["fieldManager=%C3%BC%07", "invalid character U+0007 (at position 2)"],
])("%s is refused", (query, message) => {
  expect(refusal(() => writeOptions(new URLSearchParams(query), "PatchOptions"))).toContain(message);
});

test.each([
  ["9223372036854775807", 2 ** 63],
  ["-1", -1],
  ["+1", 1],
  ["9223372036854775808", 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ["1e3", 'strconv.ParseInt: parsing "1e3": invalid syntax'],
])("the number %s", (text, read) => {
  const number = () => integerOption(new URLSearchParams({ limit: text }), "limit");
  if (typeof read === "number") expect(number()).toBe(read);
  else expect(refusal(number)).toBe(read);
});
