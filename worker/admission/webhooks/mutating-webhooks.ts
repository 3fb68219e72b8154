/**
 * MutatingAdmissionWebhook: webhooks are called one after another. If anything changed, those that ask for reinvocation
 * then see what others changed after them.
 */
import { decodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { goJson } from "../../../api/machinery/json/go-json.ts";
import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { isJsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { parseJson } from "../../../api/machinery/json/json-syntax.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import { goJsonType } from "../../../api/machinery/patch/patch-result.ts";
import { internalError } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { noteAnnotation, noteQuotation } from "../../audit/audited-request.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { admittedObject, draftOfAdmitted } from "../admitted-version.ts";
import type { AdmissionPlugin, AdmissionRequest, Invoked } from "../plugin.ts";
import { isBeyondWebhooks } from "../policies/match-resources.ts";
import { replaceDraft } from "../policies/replace-draft.ts";
import type { Webhook } from "./call-webhook.ts";
import { requireAllowed, requireFailable, type Turn } from "./webhook-answer.ts";
import { matchedVersion, webhooksOf } from "./webhook-matching.ts";

const webhooks = webhooksOf("mutatingwebhookconfigurations.admissionregistration.k8s.io");

export const mutatingWebhooks: AdmissionPlugin = {
  name: "MutatingAdmissionWebhook",
  handles: (request) => request.context.policy.derive(webhooks).length > 0 && !isBeyondWebhooks(request),

  async invoke(request) {
    const rounds = new Rounds(request);
    await rounds.first();
    return rounds;
  },
};

class Rounds implements Invoked {
  changed = false;
  readonly #request: AdmissionRequest;
  /** Webhooks with reinvocation that were called, and nobody has changed the object since. */
  #upToDate = new Set<Webhook>();
  readonly #again = new Set<Webhook>();
  #output: unknown;

  constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  async first(): Promise<void> {
    for (const [index, webhook] of this.#request.context.policy.derive(webhooks).entries())
      await this.#call(webhook, { round: 0, index });
    if (this.#upToDate.size > 0) this.#output = copyJson(this.#request.object);
  }

  async again(): Promise<void> {
    if (this.#upToDate.size > 0 && !deepEqual(this.#output, this.#request.object)) this.#outdate();
    for (const [index, webhook] of this.#request.context.policy.derive(webhooks).entries())
      if (this.#again.has(webhook)) await this.#call(webhook, { round: 1, index });
  }

  async #call(webhook: Webhook, turn: Turn): Promise<void> {
    const at = await matchedVersion(webhook, this.#request);
    if (!at) return;
    const mutated = await change(webhook, this.#request, { at, ...turn });
    const { configuration, name } = webhook;
    const key = `mutation.${annotationKey(turn)}`;
    noteAnnotation(this.#request.context.request, key, JSON.stringify({ configuration, webhook: name, mutated }));
    if (mutated) this.#outdate();
    if (webhook.reinvocationPolicy === "IfNeeded") this.#upToDate.add(webhook);
  }

  #outdate(): void {
    this.changed = true;
    for (const webhook of this.#upToDate) this.#again.add(webhook);
    this.#upToDate = new Set();
  }
}

/** Returns whether the webhook changed the object. */
async function change(
  webhook: Webhook,
  request: AdmissionRequest,
  { at, ...turn }: Turn & { readonly at: Served },
): Promise<boolean> {
  const response = await requireAllowed(webhook, request, { at, mutating: true, ...turn });
  if (!response?.patch) return false;
  const patch = readPatch(response.patch);
  if (!patch.ok) {
    requireFailable(webhook, patch.problem);
    return false;
  }
  if (patch.operations.length === 0) return false;
  if (!request.object) {
    const tried = `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object`;
    throw new ApiError(internalError(`${tried}, which is not supported for this operation`));
  }
  if (response.patchType !== undefined && response.patchType !== "JSONPatch") {
    requireFailable(webhook, `unsupported patch type ${JSON.stringify(response.patchType)}`);
    return false;
  }
  const shown = structuredClone(membersOf(await admittedObject(request, request.object, at)));
  const patched = applyJsonPatch(shown, patch.operations, "Ignore");
  if (!patched.ok) throw new ApiError(internalError(patched.detail ?? patched.message));
  const next = await draftOfAdmitted(request, patched.object, at);
  if (!next.ok) throw new ApiError(internalError(next.message));
  notePatch(webhook, request, { turn, operations: patch.operations });
  return replaceDraft(request.object, next.draft);
}

const annotationKey = ({ round, index }: Turn): string => `webhook.admission.k8s.io/round_${round}_index_${index}`;

/** Operations are Go maps, which are printed with sorted members. */
function notePatch(
  { configuration, name }: Webhook,
  { context }: AdmissionRequest,
  { turn, operations }: { readonly turn: Turn; readonly operations: readonly unknown[] },
): void {
  const patch = operations.map((each) => each && Object.fromEntries(Object.entries(each).toSorted()));
  const value = goJson({ configuration, webhook: name, patch, patchType: "JSONPatch" });
  noteQuotation(context.request, `patch.${annotationKey(turn)}`, value);
}

type Read =
  | { readonly ok: true; readonly operations: readonly unknown[] }
  | { readonly ok: false; readonly problem: string };

function readPatch(text: string): Read {
  const bytes = decodeBase64(text);
  if (typeof bytes === "number") {
    return { ok: false, problem: `failed to call webhook: illegal base64 data at input byte ${bytes}` };
  }
  const parsed = parseJson(new TextDecoder().decode(bytes));
  const why = parsed.ok ? shapeProblem(parsed.value) : parsed.message;
  if (why !== undefined) return { ok: false, problem: `received undecodable patch in webhook response: ${why}` };
  return { ok: true, operations: (parsed.ok && (parsed.value as readonly unknown[] | null)) || [] };
}

/** Kubernetes decodes the whole patch before checking whether there is an object to apply it to. */
function shapeProblem(patch: unknown): string | undefined {
  const cannot = (value: unknown, into: string) =>
    `json: cannot unmarshal ${goJsonType(value)} into Go value of type jsonpatch.${into}`;
  if (patch === null) return undefined;
  if (!Array.isArray(patch)) return cannot(patch, "Patch");
  const odd = (patch as unknown[]).find((operation) => operation !== null && !isJsonObject(operation));
  return odd === undefined ? undefined : cannot(odd, "Operation");
}
