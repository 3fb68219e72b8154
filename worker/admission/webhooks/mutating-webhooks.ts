/** MutatingAdmissionWebhook: one after the other; those that ask for it again when a later one changed the object. */
import { decodeBase64 } from "../../../api/machinery/base64.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { canonicalObject } from "../../../api/machinery/object-text.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import type { JsonObject } from "../../../api/machinery/patch/patch-result.ts";
import { internalError } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { decodePatched } from "../../http/patch-format.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { isExempt } from "../policies/match-resources.ts";
import { replaceDraft } from "../policies/replace-draft.ts";
import type { Webhook } from "./call-webhook.ts";
import { requireAllowed } from "./webhook-answer.ts";
import { isAsked, webhooksOf } from "./webhook-matching.ts";

const webhooks = webhooksOf("mutatingwebhookconfigurations.admissionregistration.k8s.io");

export const mutatingWebhooks: AdmissionPlugin = {
  name: "MutatingAdmissionWebhook",
  handles: (request) => request.context.policy.derive(webhooks).length > 0 && !isExempt(request),

  async mutate(request) {
    const again = new Set<Webhook>();
    const called: Webhook[] = [];
    for (const webhook of request.context.policy.derive(webhooks)) {
      if (!(await isAsked(webhook, request))) continue;
      if (await invoke(webhook, request)) for (const before of called) again.add(before);
      called.push(webhook);
    }
    for (const webhook of again) if (webhook.reinvocationPolicy === "IfNeeded") await invoke(webhook, request);
  },
};

/** Whether it changed the object. */
async function invoke(webhook: Webhook, request: AdmissionRequest): Promise<boolean> {
  const response = await requireAllowed(webhook, request);
  const { object, context } = request;
  if (!response?.patch || !object) return false;
  const fail = (why: string): never => {
    throw new ApiError(internalError(`failed calling webhook ${JSON.stringify(webhook.name)}: ${why}`));
  };
  const bytes = decodeBase64(response.patch);
  if (typeof bytes === "number") return fail("the patch is no base64");
  let patch: unknown;
  try {
    patch = JSON.parse(new TextDecoder().decode(bytes));
  } catch (problem) {
    return fail(`invalid JSON Patch: ${String(problem)}`);
  }
  const patched = applyJsonPatch(structuredClone(canonicalObject(object)) as unknown as JsonObject, patch, "Ignore");
  if (!patched.ok) return fail(patched.message);
  const decoded = decodePatched(patched.object, context.served);
  if (!decoded.ok) return fail(decoded.message);
  const draft = decoded.value as unknown as KubeObject;
  context.served.resource.defaults?.(draft);
  return replaceDraft(request, draft);
}
