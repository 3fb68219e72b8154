/** What the answer of a webhook, or its silence, means for the request. */
import { internalError, type Status } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { noteAnnotation } from "../../audit/audited-request.ts";
import type { Served } from "../../kind-registry.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { callWebhook, type Webhook, type WebhookResponse } from "./call-webhook.ts";

/** The response of a webhook that allows the request; undefined for one that failed and may. Throws otherwise. */
export async function requireAllowed(
  webhook: Webhook,
  request: AdmissionRequest,
  at: Served,
): Promise<WebhookResponse | undefined> {
  const called = await callWebhook(webhook, request, at);
  if (!called.ok) {
    if (webhook.failurePolicy === "Ignore") return undefined;
    throw new ApiError(
      internalError(
        `failed calling webhook ${JSON.stringify(webhook.name)}: failed to call webhook: ${called.problem}`,
      ),
    );
  }
  const { response } = called;
  request.context.warnings.push(...(response.warnings ?? []));
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {}))
    noteAnnotation(request.context.request, `${webhook.name}/${key}`, value);
  if (response.allowed === true) return response;
  throw new ApiError(denied(webhook.name, response.status));
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
  } as Status;
}
