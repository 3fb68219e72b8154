/** Conversion of custom objects by the webhook of their definition (apiextensions-apiserver pkg/apiserver/conversion). */
import type { WebhookConversion } from "../../api/generated/apiextensions.v1.ts";
import { deepEqual } from "../../api/machinery/deep-equal.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { failure } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { type Caller, callClient } from "./call-client.ts";

/** How a definition's objects get from one version to another. */
export interface Converter {
  readonly webhook: WebhookConversion;
  /** Where objects are stored, as `group/version`. */
  readonly storageVersion: string;
  readonly kind: string;
}

export interface Conversion {
  readonly objects: readonly KubeObject[];
  /** What they are to be. */
  readonly apiVersion: string;
}

const TIMEOUT_SECONDS = 30;

/** In their order; those that are at that version already are not sent. Throws what the client is told where it fails. */
export async function convertObjects(
  caller: Caller,
  { webhook, kind }: Converter,
  { objects, apiVersion }: Conversion,
): Promise<readonly KubeObject[]> {
  const sent = objects.filter((object) => object.apiVersion !== apiVersion);
  if (sent.length === 0) return objects;
  const fail = (why: string): never => {
    const [group, version] = (sent[0]?.apiVersion ?? "").split("/");
    throw new ApiError(failure(500, "", `conversion webhook for ${group}/${version}, Kind=${kind} ${why}`));
  };
  const uid = crypto.randomUUID();
  const reviewed = webhook.conversionReviewVersions.find((each) => each === "v1" || each === "v1beta1") ?? "v1";
  const answer = await callClient(caller, {
    config: webhook.clientConfig ?? {},
    seconds: TIMEOUT_SECONDS,
    body: JSON.stringify({
      kind: "ConversionReview",
      apiVersion: `apiextensions.k8s.io/${reviewed}`,
      request: { uid, desiredAPIVersion: apiVersion, objects: sent },
    }),
  });
  if (!answer.ok) return fail(`failed: ${answer.problem}`);
  const { problem, converted } = readReview(answer.text, uid);
  if (problem !== undefined) return fail(`failed: ${problem}`);
  if (converted.length !== sent.length) return fail(`returned ${converted.length} objects, expected ${sent.length}`);
  const results = converted.map((object, i) => checked(object, { sent: sent[i] as KubeObject, apiVersion, i, fail }));
  const left = results.values();
  return objects.map((object) => (object.apiVersion === apiVersion ? object : (left.next().value ?? object)));
}

interface Review {
  readonly response?: {
    readonly uid?: string;
    readonly result?: { readonly status?: string; readonly message?: string };
    readonly convertedObjects?: readonly KubeObject[];
  };
}

function readReview(text: string, uid: string): { problem?: string; converted: readonly KubeObject[] } {
  let review: Review;
  try {
    review = JSON.parse(text) as Review;
  } catch (problem) {
    return { problem: `couldn't parse the answer: ${String(problem)}`, converted: [] };
  }
  const { response } = review;
  if (!response) return { problem: "no response provided", converted: [] };
  if (response.uid !== uid)
    return {
      problem: `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`,
      converted: [],
    };
  const { status = "", message = "" } = response.result ?? {};
  if (status !== "Success") {
    const why = message || "no message provided";
    return {
      problem: status === "Failure" || status === "" ? why : `response.result.status was '${status}', not 'Success'`,
      converted: [],
    };
  }
  return { converted: response.convertedObjects ?? [] };
}

interface Expected {
  readonly sent: KubeObject;
  readonly apiVersion: string;
  readonly i: number;
  readonly fail: (why: string) => never;
}

/** A conversion may change labels and annotations of the metadata, and nothing else of it: the rest stays as it was. */
function checked(object: KubeObject, { sent, apiVersion, i, fail }: Expected): KubeObject {
  const invalid = (why: string) => fail(`returned invalid converted object at index ${i}: ${why}`);
  if (object?.apiVersion !== apiVersion)
    return invalid(`invalid groupVersion, want ${apiVersion}, got ${object?.apiVersion ?? ""}`);
  if (object.kind !== sent.kind) return invalid(`invalid kind, want ${sent.kind}, got ${object.kind ?? ""}`);
  const { metadata } = object;
  if (!metadata) return invalid("missing metadata");
  for (const field of ["name", "namespace", "uid"] as const) {
    if (!deepEqual(metadata[field] ?? "", sent.metadata[field] ?? ""))
      return invalid(`metadata.${field} was changed from ${sent.metadata[field] ?? ""} to ${metadata[field] ?? ""}`);
  }
  const { labels: _, annotations: __, ...kept } = sent.metadata;
  const { labels, annotations } = metadata;
  const changed = { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { ...object, metadata: changed };
}
