import type { MutatingWebhookConfiguration } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { defaultWebhook } from "./webhook-defaults.ts";
import { validateWebhooks } from "./webhook-validation.ts";

export const mutatingWebhookConfiguration = defineResource<MutatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
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
      webhook.reinvocationPolicy ??= "Never";
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
