import type { ValidatingWebhookConfiguration } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { defaultWebhook } from "./webhook-defaults.ts";
import { validateWebhooks } from "./webhook-validation.ts";

export const validatingWebhookConfiguration = defineResource<ValidatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  scope: "Cluster",
  updateMeta: "whole",
  anyFinalizer: true,
  categories: ["api-extensions"],
  generation: true,
  generationOf: ({ webhooks }) => webhooks,
  allowUnconditionalUpdate: false,
  defaults: ({ webhooks }) => {
    for (const webhook of webhooks ?? []) {
      defaultWebhook(webhook);
    }
  },
  validate: ({ webhooks }) => validateWebhooks(webhooks ?? []),
  columns: [
    {
      name: "Webhooks",
      type: "integer",
      description: "Webhooks indicates the number of webhooks registered in this configuration",
      of: ({ webhooks }) => webhooks?.length ?? 0,
    },
  ],
});
