/** One call of an admission webhook: admission.k8s.io/v1 AdmissionReview there and back. */
import type { MutatingWebhook, ValidatingWebhook } from "../../../api/generated/admissionregistration.v1.ts";
import { type GroupVersionKind, kindIn } from "../../../api/machinery/decode-kind.ts";
import { parseJson } from "../../../api/machinery/json-syntax.ts";
import { apiVersionOf, parseApiVersion } from "../../../api/machinery/meta.ts";
import type { Served } from "../../kind-registry.ts";
import { callClient } from "../../outbound/call-client.ts";
import { admittedKind, admittedObject } from "../admitted-version.ts";
import { operationOptions } from "../operation-options.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { readResponse, type WebhookResponse } from "./webhook-response.ts";

export type Webhook = ValidatingWebhook &
  Pick<MutatingWebhook, "reinvocationPolicy"> & {
    /** The name of the configuration that it is part of. */
    readonly configuration: string;
  };

/** `problem` is what goes behind `failed calling webhook "NAME": `. */
export type Called =
  | { readonly ok: true; readonly response: WebhookResponse }
  | { readonly ok: false; readonly problem: string };

const DEFAULT_TIMEOUT_SECONDS = 10;

export async function callWebhook(webhook: Webhook, request: AdmissionRequest, asked: Asked): Promise<Called> {
  const { at, mutating } = asked;
  const uid = crypto.randomUUID();
  const apiVersion = reviewVersion(webhook);
  const answer = await callClient(request.context, {
    config: webhook.clientConfig,
    seconds: webhook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    body: JSON.stringify({ kind: "AdmissionReview", apiVersion, request: await reviewOf(request, uid, at) }),
  });
  if (!answer.ok) return uncalled(answer.problem);
  return readReview(answer.text, { uid, apiVersion, mutating });
}

const uncalled = (why: string): Called => ({ ok: false, problem: `failed to call webhook: ${why}` });
const invalid = (why: string): Called => ({ ok: false, problem: `received invalid webhook response: ${why}` });

/** The first that is understood here of those that the webhook understands. */
function reviewVersion({ admissionReviewVersions }: Webhook): string {
  const version = admissionReviewVersions.find((each) => each === "v1" || each === "v1beta1") ?? "v1";
  return `admission.k8s.io/${version}`;
}

/** How a webhook is asked: about the object at which version, and whether it may change it. */
export interface Asked {
  readonly at: Served;
  readonly mutating: boolean;
}

interface Sent {
  readonly uid: string;
  readonly apiVersion: string;
  readonly mutating: boolean;
}

export function readReview(text: string, { uid, apiVersion, mutating }: Sent): Called {
  const parsed = parseJson(text);
  // What is no JSON may be YAML: a mere text.
  const found = parsed.ok ? kindIn(parsed.value) : /^\s*[[{]/.test(text) ? parsed : kindIn(text);
  if (!found.ok || !parsed.ok) {
    const why = found.ok ? "" : found.message;
    return uncalled(why.startsWith("couldn't") ? why : `couldn't get version/kind; json parse error: ${why}`);
  }
  const foreign = foreignKind(found, apiVersion);
  if (foreign !== undefined) return uncalled(foreign);
  const review = (parsed.value ?? {}) as { kind?: string; apiVersion?: string; response?: unknown };
  if ((review.response ?? undefined) === undefined) return invalid("webhook response was absent");
  const response = readResponse(review.response);
  if (typeof response === "string") return uncalled(response);
  // The first version of the review asked for none of this.
  if (apiVersion.endsWith("/v1beta1")) return { ok: true, response };
  if (response.uid !== uid)
    return invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
  const { kind = "", apiVersion: version = "/" } = review;
  if (kind !== "AdmissionReview" || version !== apiVersion)
    return invalid(`expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${version}, Kind=${kind}`);
  const why = mutating ? patchProblem(response) : foreignPatch(response);
  return why === undefined ? { ok: true, response } : invalid(why);
}

const REVIEWS = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];

/** An answer that says what it is is read as that, and must be what was asked for. */
function foreignKind({ group, version, kind }: GroupVersionKind, asked: string): string | undefined {
  if (kind === "" || version === "") return undefined;
  const said = apiVersionOf(group, version);
  if (kind !== "AdmissionReview" || !REVIEWS.includes(said))
    return `no kind "${kind}" is registered for version "${said}" in scheme "pkg/util/webhook/client.go:71"`;
  if (said === asked) return undefined;
  const wanted = parseApiVersion(asked).version;
  return `converting (${version}.AdmissionReview) to (${wanted}.AdmissionReview): unknown conversion`;
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
