/** MutatingAdmissionWebhook: one after the other; those that ask for it again when a later one changed the object. */
import { decodeBase64 } from "../../../api/machinery/base64.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import type { JsonObject } from "../../../api/machinery/patch/patch-result.ts";
import { internalError } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kind-registry.ts";
import { admittedObject, draftOfAdmitted } from "../admitted-version.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { isExempt } from "../policies/match-resources.ts";
import { replaceDraft } from "../policies/replace-draft.ts";
import type { Webhook } from "./call-webhook.ts";
import { requireAllowed } from "./webhook-answer.ts";
import { askedAbout, webhooksOf } from "./webhook-matching.ts";

const webhooks = webhooksOf("mutatingwebhookconfigurations.admissionregistration.k8s.io");

export const mutatingWebhooks: AdmissionPlugin = {
  name: "MutatingAdmissionWebhook",
  handles: (request) => request.context.policy.derive(webhooks).length > 0 && !isExempt(request),

  async mutate(request) {
    const again = new Set<Webhook>();
    const called: Webhook[] = [];
    for (const webhook of request.context.policy.derive(webhooks)) {
      const at = await askedAbout(webhook, request);
      if (!at) continue;
      if (await invoke(webhook, request, at)) for (const before of called) again.add(before);
      called.push(webhook);
    }
    for (const webhook of again) {
      const at = webhook.reinvocationPolicy === "IfNeeded" ? await askedAbout(webhook, request) : undefined;
      if (at) await invoke(webhook, request, at);
    }
  },
};

/** Whether it changed the object. */
async function invoke(webhook: Webhook, request: AdmissionRequest, at: Served): Promise<boolean> {
  const response = await requireAllowed(webhook, request, at);
  const { object } = request;
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
  const shown = structuredClone(await admittedObject(request, object, at)) as unknown as JsonObject;
  const patched = applyJsonPatch(shown, patch, "Ignore");
  if (!patched.ok) return fail(patched.message);
  const next = await draftOfAdmitted(request, patched.object, at);
  return next.ok ? replaceDraft(request, next.draft) : fail(next.message);
}
