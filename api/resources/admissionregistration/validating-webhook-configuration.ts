import type { ValidatingWebhookConfiguration } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { webhookConfiguration } from "./webhook-configuration.ts";
import { defaultWebhook } from "./webhook-defaults.ts";

export const validatingWebhookConfiguration = defineResource<ValidatingWebhookConfiguration>({
  ...webhookConfiguration,
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  defaults: ({ webhooks }) => {
    for (const webhook of webhooks ?? []) {
      defaultWebhook(webhook);
    }
  },
});
