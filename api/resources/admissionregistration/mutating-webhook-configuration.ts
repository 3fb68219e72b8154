import type { MutatingWebhookConfiguration } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { webhookConfiguration } from "./webhook-configuration.ts";
import { defaultWebhook } from "./webhook-defaults.ts";

export const mutatingWebhookConfiguration = defineResource<MutatingWebhookConfiguration>({
  ...webhookConfiguration,
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  defaults: ({ webhooks }) => {
    for (const webhook of webhooks ?? []) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ??= "Never";
    }
  },
});
