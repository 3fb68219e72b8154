/** pkg/apis/admissionregistration/validation: webhooks. */
import type { MutatingWebhook, ValidatingWebhook } from "../../generated/admissionregistration.v1.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { dns1035Label, dnsSubdomain } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { checkClientConfig } from "./client-config-validation.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { PolicyExpressions } from "./policy-expressions.ts";
import { checkRuleWithOperations } from "./rules-validation.ts";

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, "reinvocationPolicy">;

const REVIEW_VERSIONS = ["v1", "v1beta1"];
export const FAILURE_POLICIES = ["Fail", "Ignore"];
export const MATCH_POLICIES = ["Equivalent", "Exact"];
export const REINVOCATION_POLICIES = ["IfNeeded", "Never"];

export function validateWebhooks(webhooks: readonly Webhook[]): FieldError[] {
  const errors: FieldError[] = [];
  const again = repeated(webhooks.map(({ name }) => name));
  webhooks.forEach((webhook, i) => {
    const path = `webhooks[${i}]`;
    checkWebhook(errors, path, webhook);
    checkReviewVersions(errors, `${path}.admissionReviewVersions`, webhook.admissionReviewVersions ?? []);
    if (webhook.name && again.has(i)) errors.push(duplicate(`${path}.name`, webhook.name));
  });
  return errors;
}

function checkWebhook(errors: FieldError[], path: string, webhook: Webhook): void {
  checkQualifiedName(errors, `${path}.name`, webhook.name ?? "");
  webhook.rules?.forEach((rule, i) => {
    checkRuleWithOperations(errors, `${path}.rules[${i}]`, rule);
  });
  const { failurePolicy, matchPolicy, sideEffects, timeoutSeconds, reinvocationPolicy } = webhook;
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy))
    errors.push(notSupported(`${path}.failurePolicy`, failurePolicy, FAILURE_POLICIES));
  if (matchPolicy !== undefined && !MATCH_POLICIES.includes(matchPolicy))
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, MATCH_POLICIES));
  if (sideEffects === undefined) errors.push(required(`${path}.sideEffects`, "must specify one of None, NoneOnDryRun"));
  else if (sideEffects !== "None" && sideEffects !== "NoneOnDryRun")
    errors.push(notSupported(`${path}.sideEffects`, sideEffects, ["None", "NoneOnDryRun"]));
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1))
    errors.push(
      invalid(`${path}.timeoutSeconds`, timeoutSeconds, "the timeout value must be between 1 and 30 seconds"),
    );
  errors.push(...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`));
  errors.push(...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`));
  if (reinvocationPolicy !== undefined && !REINVOCATION_POLICIES.includes(reinvocationPolicy))
    errors.push(notSupported(`${path}.reinvocationPolicy`, reinvocationPolicy, REINVOCATION_POLICIES));
  checkClientConfig(errors, `${path}.clientConfig`, webhook.clientConfig);
  checkMatchConditions(errors, `${path}.matchConditions`, webhook.matchConditions, new PolicyExpressions({}));
}

/** At least three labels: `name.example.com`. */
function checkQualifiedName(errors: FieldError[], path: string, name: string): void {
  if (name === "") {
    errors.push(required(path));
    return;
  }
  const problems = dnsSubdomain(name);
  if (problems.length > 0) errors.push(invalid(path, name, problems.join(",")));
  else if (name.split(".").length < 3)
    errors.push(invalid(path, name, "should be a domain with at least three segments separated by dots"));
}

function checkReviewVersions(errors: FieldError[], path: string, versions: readonly string[]): void {
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${REVIEW_VERSIONS.join(", ")}`));
    return;
  }
  const again = repeated(versions);
  versions.forEach((version, i) => {
    if (again.has(i)) errors.push(invalid(`${path}[${i}]`, version, "duplicate version"));
    else for (const problem of dns1035Label(version)) errors.push(invalid(`${path}[${i}]`, version, problem));
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
}
