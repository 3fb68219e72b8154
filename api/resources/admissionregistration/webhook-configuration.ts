/** What both kinds of webhook configurations share. */
import type { MutatingWebhook, ValidatingWebhook } from "../../generated/admissionregistration.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import type { Column } from "../resource.ts";
import { registration } from "./registration.ts";
import { validateWebhooks } from "./webhook-validation.ts";

interface WebhookConfiguration extends KubeObject {
  webhooks?: (MutatingWebhook | ValidatingWebhook)[];
}

const webhooksColumn: Column<WebhookConfiguration> = {
  name: "Webhooks",
  type: "integer",
  description: "Webhooks indicates the number of webhooks registered in this configuration",
  of: ({ webhooks }) => webhooks?.length ?? 0,
};

export const webhookConfiguration = {
  ...registration,
  generationOf: ({ webhooks }: WebhookConfiguration) => webhooks,
  emptyCounts: true,
  validate: ({ webhooks }: WebhookConfiguration) => validateWebhooks(webhooks ?? []),
  columns: [webhooksColumn],
};
