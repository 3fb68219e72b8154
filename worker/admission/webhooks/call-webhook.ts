/** One call of an admission webhook: admission.k8s.io/v1 AdmissionReview there and back. */
import type { MutatingWebhook, ValidatingWebhook } from "../../../api/generated/admissionregistration.v1.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { canonicalObject } from "../../../api/machinery/object-text.ts";
import type { Status } from "../../../api/machinery/status.ts";
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
}

/** `problem` is why there is no answer, as kube-apiserver would go on after `failed to call webhook: `. */
export type Called =
  | { readonly ok: true; readonly response: WebhookResponse }
  | { readonly ok: false; readonly problem: string };

const DEFAULT_TIMEOUT_SECONDS = 10;
/** An answer is a patch or a few words; a larger one is not read. */
const MAX_ANSWER_BYTES = 3 * 1024 * 1024;

export async function callWebhook(
  { clientConfig, timeoutSeconds, name }: Webhook,
  request: AdmissionRequest,
): Promise<Called> {
  const { url, service } = clientConfig;
  if (!url) {
    const to = `${service?.name}.${service?.namespace}.svc`;
    return {
      ok: false,
      problem: `service ${to} cannot be reached: webhooks inside the cluster are not supported by this control plane yet`,
    };
  }
  const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const address = new URL(url);
  address.searchParams.set("timeout", `${seconds}s`);
  const uid = crypto.randomUUID();
  const failed = (why: string): Called => ({ ok: false, problem: `Post ${JSON.stringify(String(address))}: ${why}` });
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({
        kind: "AdmissionReview",
        apiVersion: "admission.k8s.io/v1",
        request: reviewOf(request, uid),
      }),
      redirect: "manual",
      signal: AbortSignal.timeout(seconds * 1000),
    });
    if (answer.status !== 200)
      return {
        ok: false,
        problem: `an error on the server ("${await headOf(answer)}") has prevented the request from succeeding`,
      };
    if (Number(answer.headers.get("Content-Length") ?? 0) > MAX_ANSWER_BYTES) return failed("the answer is too large");
    return readReview(await answer.text(), uid, name);
  } catch (problem) {
    const timedOut = problem instanceof Error && problem.name === "TimeoutError";
    return failed(
      timedOut ? "context deadline exceeded" : String(problem instanceof Error ? problem.message : problem),
    );
  }
}

const headOf = async (answer: Response) => (await answer.text()).slice(0, 200);

function readReview(text: string, uid: string, name: string): Called {
  let review: { kind?: string; apiVersion?: string; response?: WebhookResponse };
  try {
    review = JSON.parse(text) as typeof review;
  } catch (problem) {
    return { ok: false, problem: `couldn't parse the answer of webhook ${name}: ${String(problem)}` };
  }
  const invalid = (why: string): Called => ({ ok: false, problem: `received invalid webhook response: ${why}` });
  if (review.kind !== "AdmissionReview" || review.apiVersion !== "admission.k8s.io/v1")
    return invalid(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${review.apiVersion}, Kind=${review.kind}`,
    );
  const { response } = review;
  if (!response) return { ok: false, problem: "webhook response was absent" };
  if (response.uid !== uid)
    return invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
  if (response.patch !== undefined && response.patchType !== "JSONPatch")
    return invalid("webhook returned response.patch but response.patchType is not JSONPatch");
  return { ok: true, response };
}

const OPTIONS: Readonly<Record<string, string>> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
};

function reviewOf(request: AdmissionRequest, uid: string): object {
  const { context, operation, subresource, namespace, name, object, old, dryRun } = request;
  const { user, served } = context;
  const { group, version, kind, plural } = served.resource;
  const shown = (each: KubeObject | undefined) =>
    each ? { ...canonicalObject(each), kind, apiVersion: apiVersionOf(group, version) } : null;
  return {
    uid,
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: { group, version, kind },
    requestResource: { group, version, resource: plural },
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
    object: shown(object),
    oldObject: shown(old),
    dryRun,
    options: {
      kind: OPTIONS[operation] ?? "ConnectOptions",
      apiVersion: "meta.k8s.io/v1",
      ...(dryRun ? { dryRun: ["All"] } : {}),
    },
  };
}
