/**
 * The verdict of a ValidatingAdmissionPolicy on one request, with one set of parameters (apiserver
 * policy/validating/validator.go).
 */
import type { ValidatingAdmissionPolicy, Validation } from "../../../api/generated/admissionregistration.v1.ts";
import type { CompiledPolicy, PolicyRun, Result } from "./compiled-policy.ts";

export interface Failure {
  readonly message: string;
  readonly reason?: string;
}

export interface Annotation {
  readonly key: string;
  /** `null`: no annotation; `problem`: it could not be computed. */
  readonly value: string | null;
  readonly problem?: string;
}

export interface PolicyOutcome {
  /** One per validation, undefined if it holds; or a single one that keeps the others from being evaluated. */
  readonly failures: readonly (Failure | undefined)[];
  readonly annotations: readonly Annotation[];
}

const NOTHING: PolicyOutcome = { failures: [], annotations: [] };

export function evaluatePolicy(
  { spec }: ValidatingAdmissionPolicy,
  compiled: CompiledPolicy,
  values: ReadonlyMap<string, unknown>,
): PolicyOutcome {
  const failsOpen = spec.failurePolicy === "Ignore";
  const failed = (message: string): PolicyOutcome =>
    failsOpen ? NOTHING : { failures: [{ message }], annotations: [] };
  const matched = compiled.matches(values);
  if (!matched.ok) return failed(matched.message);
  if (!matched.matches) return NOTHING;
  const run = compiled.run(values);
  const results = (spec.validations ?? []).map(({ expression }) => run.evaluate(expression));
  const spent = results.find((result) => !result.ok && result.isSpent);
  if (spent && !spent.ok) return failed(spent.message);
  const failures = (spec.validations ?? []).map((validation, i) => {
    const result = results[i];
    if (!result?.ok) return failsOpen || !result ? undefined : { message: result.message };
    return result.value === true ? undefined : failureOf(validation, run);
  });
  return { failures, annotations: annotationsOf(spec, compiled.run(values), failsOpen) };
}

const MAX_MESSAGE_BYTES = 5 * 1024;

function failureOf({ expression, message = "", messageExpression, reason }: Validation, run: PolicyRun): Failure {
  const result = messageExpression ? run.evaluate(messageExpression) : undefined;
  if (result && !result.ok && result.isSpent) return { message: `failed messageExpression: ${result.message}` };
  const text = fitMessage(result) || message.trim() || `failed expression: ${expression.trim()}`;
  return { message: text, ...(reason ? { reason } : {}) };
}

/** Drops messages that are too long or span several lines. */
function fitMessage(result: Result | undefined): string {
  const text = result?.ok && typeof result.value === "string" ? result.value.trim() : "";
  return text.includes("\n") || text.length > MAX_MESSAGE_BYTES ? "" : text;
}

function annotationsOf(
  { auditAnnotations = [] }: ValidatingAdmissionPolicy["spec"],
  run: PolicyRun,
  failsOpen: boolean,
): Annotation[] {
  return auditAnnotations.map(({ key, valueExpression }) => {
    const result = run.evaluate(valueExpression);
    if (!result.ok) return { key, value: null, ...(failsOpen ? {} : { problem: result.message }) };
    const text = typeof result.value === "string" ? result.value.trim() : "";
    return { key, value: text === "" ? null : text };
  });
}
