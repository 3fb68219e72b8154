import { expect, test } from "vitest";
import type { FieldError } from "../../api/machinery/field-error.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { configMap } from "../../api/resources/core/config-map.ts";
import { ApiError } from "../api-error.ts";
import { fewErrors } from "./error-count.ts";
import { validateCreate } from "./strategy.ts";
import { updateStrategy } from "./update-strategy.ts";

const withLabels = (count: number): KubeObject => {
  const labels = Object.fromEntries(Array.from({ length: count }, (_, i) => [`!${i}`, "x"]));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bad", namespace: "n", labels } };
};

function refusal(count: number) {
  try {
    validateCreate(configMap, withLabels(count));
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
  throw new Error("nothing was refused");
}

test.each([
  [1000, 1000, "regex used for validation"],
  [1001, 1001, "and 1 more problems"],
  [200_000, 1, "there are too many problems to report any"],
])("REG-ERRORS: a create with %i errors reports %i", (count, reported, last) => {
  const { code, details, message } = refusal(count);
  expect([code, details?.causes?.length]).toEqual([422, reported]);
  expect(details?.causes?.at(-1)?.message).toContain(last);
  expect(message).toContain(last);
});

test("REG-ERRORS: an update reports no more errors than a create", () => {
  const current = withLabels(0) as Stored<KubeObject>;
  const reported: readonly FieldError[] = updateStrategy(configMap, "").validate(withLabels(200_000), current);
  expect(reported).toHaveLength(1);
});

test("REG-ERRORS: long messages are reported up to a million characters", () => {
  const error = { reason: "FieldValueInvalid", path: "spec", message: "x".repeat(400_000) } as const;
  const reported = fewErrors(() => [error, error, error, error, error]);
  expect(reported.map(({ message }) => message.length)).toEqual([400_000, 400_000, 400_000, 19]);
});
