import { expect, test } from "vitest";
import { inCpuTime } from "../../test/cpu-time.ts";
import type { JobSpec } from "../generated/batch.v1.ts";
import type { CertificateSigningRequest } from "../generated/certificates.v1.ts";
import type { FieldError } from "../machinery/field-error.ts";
import { checkPodFailurePolicy } from "./batch/job-pod-failure-policy.ts";
import { validateCertificateSigningRequest } from "./certificates/certificate-signing-request-validation.ts";

const numbers = Array.from({ length: 100_000 }, (_, i) => i + 1);

function checkExitCodes(values: readonly number[]): FieldError[] {
  const errors: FieldError[] = [];
  const rules = [{ action: "FailJob", onExitCodes: { operator: "In", values } }];
  checkPodFailurePolicy(errors, "spec.podFailurePolicy", { podFailurePolicy: { rules } } as unknown as JobSpec);
  return errors;
}

const checkUsages = (usages: readonly string[]): FieldError[] =>
  validateCertificateSigningRequest({ spec: { usages, signerName: "a.b/c" }, status: {} } as CertificateSigningRequest);

/** Any of these users would keep the control plane from all others for minutes. */
test(
  "many items are searched for repeated ones in a time that grows with their number only",
  inCpuTime(5000, () => {
    expect(checkExitCodes(numbers).map(({ reason }) => reason)).toEqual(["FieldValueTooMany"]);
    expect(checkUsages(numbers.map(String)).length).toBeGreaterThan(numbers.length);
  }),
);

test("repeated items are duplicates", () => {
  const duplicates = (errors: readonly FieldError[]) =>
    errors.flatMap(({ reason, path }) => (reason === "FieldValueDuplicate" ? [path] : []));
  expect(duplicates(checkExitCodes([1, 2, 2]))).toEqual(["spec.podFailurePolicy.rules[0].onExitCodes.values[2]"]);
  expect(duplicates(checkUsages(["client auth", "server auth", "client auth"]))).toEqual(["spec.usages[2]"]);
});
