/** pkg/apis/admissionregistration/v1/defaults.go. */
import type {
  MatchResources,
  RuleWithOperations,
  ValidatingWebhook,
} from "../../generated/admissionregistration.v1.ts";

const TIMEOUT_SECONDS = 10;
const HTTPS = 443;

export function defaultWebhook(webhook: ValidatingWebhook): void {
  webhook.failurePolicy ??= "Fail";
  webhook.matchPolicy ??= "Equivalent";
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= TIMEOUT_SECONDS;
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= HTTPS;
  defaultRules(webhook.rules);
}

export function defaultMatchResources(resources: MatchResources | undefined): void {
  if (!resources) return;
  resources.matchPolicy ??= "Equivalent";
  resources.namespaceSelector ??= {};
  resources.objectSelector ??= {};
  defaultRules(resources.resourceRules);
  defaultRules(resources.excludeResourceRules);
}

function defaultRules(rules: RuleWithOperations[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= "*";
}
