/** One call of an admission webhook: admission.k8s.io/v1 AdmissionReview there and back. */
import type { MutatingWebhook, ValidatingWebhook } from "../../../api/generated/admissionregistration.v1.ts";
import type { Status } from "../../../api/machinery/status.ts";
import type { Served } from "../../kind-registry.ts";
import { callClient } from "../../outbound/call-client.ts";
import { admittedKind, admittedObject } from "../admitted-version.ts";
import { operationOptions } from "../operation-options.ts";
import type { AdmissionRequest } from "../plugin.ts";

export type Webhook = ValidatingWebhook & Pick<MutatingWebhook, "reinvocationPolicy">;

export interface WebhookResponse {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly status?: Partial<Status>;
  /** JSON Patch in base64. */
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

export type Called =
  | { readonly ok: true; readonly response: WebhookResponse }
  | { readonly ok: false; readonly problem: string };

const DEFAULT_TIMEOUT_SECONDS = 10;

export async function callWebhook(webhook: Webhook, request: AdmissionRequest, at: Served): Promise<Called> {
  const uid = crypto.randomUUID();
  const apiVersion = reviewVersion(webhook);
  const answer = await callClient(request.context, {
    config: webhook.clientConfig,
    seconds: webhook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    body: JSON.stringify({ kind: "AdmissionReview", apiVersion, request: await reviewOf(request, uid, at) }),
  });
  return answer.ok ? readReview(answer.text, { uid, apiVersion, name: webhook.name }) : answer;
}

/** The first that is understood here of those that the webhook understands. */
function reviewVersion({ admissionReviewVersions }: Webhook): string {
  const version = admissionReviewVersions.find((each) => each === "v1" || each === "v1beta1") ?? "v1";
  return `admission.k8s.io/${version}`;
}

interface Sent {
  readonly uid: string;
  readonly apiVersion: string;
  readonly name: string;
}

function readReview(text: string, { uid, apiVersion, name }: Sent): Called {
  let review: { kind?: string; apiVersion?: string; response?: WebhookResponse };
  try {
    review = JSON.parse(text) as typeof review;
  } catch (problem) {
    return { ok: false, problem: `couldn't parse the answer of webhook ${name}: ${String(problem)}` };
  }
  const invalid = (why: string): Called => ({ ok: false, problem: `received invalid webhook response: ${why}` });
  if (review.kind !== "AdmissionReview" || review.apiVersion !== apiVersion)
    return invalid(
      `expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${review.apiVersion ?? ""}, Kind=${review.kind ?? ""}`,
    );
  const { response } = review;
  if (!response) return { ok: false, problem: "webhook response was absent" };
  // The first version of the review asked for neither.
  if (apiVersion.endsWith("/v1beta1")) return { ok: true, response };
  if (response.uid !== uid)
    return invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
  if (response.patch !== undefined && response.patchType !== "JSONPatch")
    return invalid("webhook returned response.patch but response.patchType is not JSONPatch");
  return { ok: true, response };
}

/** admission.k8s.io AdmissionRequest, with the object at the version that the webhook's rules name. */
async function reviewOf(request: AdmissionRequest, uid: string, at: Served): Promise<object> {
  const { context, operation, subresource, namespace, name, object, old, dryRun } = request;
  const { user, served } = context;
  const { plural } = served.resource;
  return {
    uid,
    kind: admittedKind(request, at),
    resource: { group: at.group, version: at.version, resource: plural },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: admittedKind(request, served),
    requestResource: { group: served.group, version: served.version, resource: plural },
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    object: await admittedObject(request, object, at),
    oldObject: await admittedObject(request, old, at),
    dryRun,
    options: operationOptions(request),
  };
}
