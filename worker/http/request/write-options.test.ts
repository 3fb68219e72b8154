import { expect, test } from "vitest";
import type { ApiError } from "../../api-error.ts";
import { patchOptions, writeOptions } from "./write-options.ts";

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
