/** What a webhook's answer, or its failure, means for the request. */
import { internalError, type Status, timedOut } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { noteAnnotation } from "../../audit/audited-request.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { callWebhook, timeLeft, type Webhook, type WebhookCallOptions } from "./call-webhook.ts";
import { webhookMetricsOf } from "./webhook-metrics.ts";
import type { WebhookResponse } from "./webhook-response.ts";

/** The place of a webhook in the order of calls: first or second round, and its index there. */
export interface Turn {
  readonly round: 0 | 1;
  readonly index: number;
}

/** Throws unless the webhook's failures are ignored. */
export function requireFailable({ name, failurePolicy }: Webhook, problem: string): void {
  if (failurePolicy === "Ignore") return;
  throw new ApiError(internalError(`failed calling webhook ${JSON.stringify(name)}: ${problem}`));
}

/**
 * The response of a webhook that allows the request; undefined if it failed and failures are ignored. Throws otherwise.
 */
export async function requireAllowed(
  webhook: Webhook,
  request: AdmissionRequest,
  { round, index, ...options }: WebhookCallOptions & Turn,
): Promise<WebhookResponse | undefined> {
  requireTime(request);
  const began = Date.now();
  const called = await callWebhook(webhook, request, options);
  const refusal =
    called.ok && called.response.allowed !== true ? denied(webhook.name, called.response.status) : undefined;
  webhookMetricsOf(request.context.cluster).called({
    name: webhook.name,
    mutating: options.mutating,
    operation: request.operation,
    milliseconds: Date.now() - began,
    result: called.ok ? (refusal?.code ?? "allowed") : webhook.failurePolicy === "Ignore" ? "ignored" : "failed",
  });
  if (!called.ok) {
    requireTime(request);
    requireFailable(webhook, called.problem);
    const kind = options.mutating ? "mutation" : "validating";
    const key = `failed-open.${kind}.webhook.admission.k8s.io/round_${round}_index_${index}`;
    noteAnnotation(request.context.request, key, webhook.name);
    return undefined;
  }
  const { response } = called;
  request.context.warnings.push(...(response.warnings ?? []));
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {}))
    noteAnnotation(request.context.request, `${webhook.name}/${key}`, value);
  if (refusal) throw new ApiError(refusal);
  return response;
}

/**
 * Once the request's own time is over it has timed out, whatever the failure policy, and no more webhooks are called:
 * nobody waits for the response.
 */
function requireTime(request: AdmissionRequest): void {
  if (timeLeft(request) <= 0) throw new ApiError(timedOut("request did not complete within the allotted timeout"));
}

function denied(name: string, { message, reason, code, ...status }: Partial<Status> = {}): Status {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = message || reason;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    ...status,
    status: "Failure",
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    ...(reason ? { reason } : {}),
    code: code !== undefined && code >= 400 ? code : 400,
  };
}
