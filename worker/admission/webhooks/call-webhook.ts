/** One call of an admission webhook: an admission.k8s.io/v1 AdmissionReview there and back. */

import type { MutatingWebhook, ValidatingWebhook } from "../../../api/generated/admissionregistration.v1.ts";
import { exactJson } from "../../../api/machinery/json/exact-json.ts";
import { requestTime } from "../../deadline.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { callClient } from "../../outbound/call-client.ts";
import { parseReview, unnamedReview } from "../../outbound/parse-review.ts";
import { admittedRequest } from "../admitted-request.ts";
import { admittedObject } from "../admitted-version.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { readResponse, type WebhookResponse } from "./webhook-response.ts";

export type Webhook = ValidatingWebhook &
  Pick<MutatingWebhook, "reinvocationPolicy"> & {
    /** The name of the configuration that contains it. */
    readonly configuration: string;
  };

/** `problem` completes `failed calling webhook "NAME": `. */
export type Called =
  | { readonly ok: true; readonly response: WebhookResponse }
  | { readonly ok: false; readonly problem: string };

const DEFAULT_TIMEOUT_SECONDS = 10;

export async function callWebhook(
  webhook: Webhook,
  request: AdmissionRequest,
  options: WebhookCallOptions,
): Promise<Called> {
  const { at, mutating } = options;
  const uid = crypto.randomUUID();
  const apiVersion = reviewVersion(webhook);
  const response = await callClient(request.context, {
    config: webhook.clientConfig,
    milliseconds: Math.min((webhook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000, timeLeft(request)),
    body: exactJson({ kind: "AdmissionReview", apiVersion, request: await reviewOf(request, uid, at) }),
  });
  if (!response.ok) return failedCall(response.problem);
  return readReview(response.text, { uid, apiVersion, mutating });
}

/** Milliseconds. Connections have no deadline. */
export function timeLeft({ operation, context: { now, query } }: AdmissionRequest): number {
  return operation === "CONNECT" ? Number.POSITIVE_INFINITY : now + requestTime(query) - Date.now();
}

const failedCall = (why: string): Called => ({ ok: false, problem: `failed to call webhook: ${why}` });
const invalid = (why: string): Called => ({ ok: false, problem: `received invalid webhook response: ${why}` });

/** The first of the webhook's versions that is supported here. */
function reviewVersion({ admissionReviewVersions }: Webhook): string {
  const version = admissionReviewVersions.find((each) => each === "v1" || each === "v1beta1") ?? "v1";
  return `admission.k8s.io/${version}`;
}

/** At which version a webhook sees the object, and whether it may change it. */
export interface WebhookCallOptions {
  readonly at: Served;
  readonly mutating: boolean;
}

interface Sent {
  readonly uid: string;
  readonly apiVersion: string;
  readonly mutating: boolean;
}

export function readReview(text: string, { uid, apiVersion, mutating }: Sent): Called {
  const requested = { kind: "AdmissionReview", apiVersion };
  const parsed = parseReview(text, requested);
  if (!parsed.ok) return failedCall(parsed.problem);
  const { review } = parsed;
  if ((review.response ?? undefined) === undefined) return invalid("webhook response was absent");
  const response = readResponse(review.response);
  if (typeof response === "string") return failedCall(response);
  // The first version of the review required none of this.
  if (apiVersion.endsWith("/v1beta1")) return { ok: true, response };
  if (response.uid !== uid)
    return invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
  const why = unnamedReview(review, requested) ?? (mutating ? patchProblem(response) : foreignPatch(response));
  return why === undefined ? { ok: true, response } : invalid(why);
}

function patchProblem({ patch, patchType }: WebhookResponse): string | undefined {
  if (patch && patchType === undefined) return "webhook returned response.patch but not response.patchType";
  if (!patch && patchType !== undefined) return "webhook returned response.patchType but not response.patch";
  return patchType === "" ? 'webhook returned invalid response.patchType of ""' : undefined;
}

function foreignPatch({ patch, patchType }: WebhookResponse): string | undefined {
  if (patch) return "validating webhook may not return response.patch";
  return patchType === undefined ? undefined : "validating webhook may not return response.patchType";
}

/** admission.k8s.io AdmissionRequest, with the object at the version that the webhook's rules name. */
async function reviewOf(request: AdmissionRequest, uid: string, at: Served): Promise<object> {
  const { object, old } = request;
  const { dryRun, options, ...rest } = admittedRequest(request, at);
  return {
    uid,
    ...rest,
    object: object ? await admittedObject(request, object, at) : null,
    oldObject: old ? await admittedObject(request, old, at) : null,
    dryRun,
    options,
  };
}
