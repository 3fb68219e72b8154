/** Conversion of custom objects by their definition's webhook (apiextensions-apiserver pkg/apiserver/conversion). */

import { exactJson } from "../../api/machinery/json/exact-json.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { failure } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { Converter } from "../kinds/kind-registry.ts";
import { type Caller, callClient } from "../outbound/call-client.ts";
import { parseReview, unnamedReview } from "../outbound/parse-review.ts";
import { convertedObject } from "./converted-object.ts";

export interface Conversion {
  readonly objects: readonly KubeObject[];
  /** The target version. */
  readonly apiVersion: string;
}

const TIMEOUT_MS = 30_000;

/**
 * Converts objects, preserving their order; those at that version already are not sent. Throws the client's error on
 * failure.
 */
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
  const reviewed = webhook.conversionReviewVersions.find((each) => each === "v1" || each === "v1beta1");
  if (!reviewed) throw new ApiError(failure(500, "", "no supported conversion review versions"));
  const reviewVersion = `apiextensions.k8s.io/${reviewed}`;
  const response = await callClient(caller, {
    config: webhook.clientConfig ?? {},
    milliseconds: TIMEOUT_MS,
    body: exactJson({
      kind: "ConversionReview",
      apiVersion: reviewVersion,
      request: { uid, desiredAPIVersion: apiVersion, objects: sent },
    }),
  });
  if (!response.ok) return fail(`failed: ${response.problem}`);
  const review = readConversion(response.text, { uid, apiVersion: reviewVersion });
  if (!review.ok) return fail(`failed: ${review.problem}`);
  const { converted } = review;
  if (converted.length !== sent.length) return fail(`returned ${converted.length} objects, expected ${sent.length}`);
  const results = sent.map((original, i) => {
    const result = convertedObject(converted[i], { original, apiVersion });
    return result.ok ? result.object : fail(result.problem);
  });
  const left = results.values();
  return objects.map((object) => (object.apiVersion === apiVersion ? object : (left.next().value ?? object)));
}

type Converted =
  | { readonly ok: true; readonly converted: readonly unknown[] }
  | { readonly ok: false; readonly problem: string };

export function readConversion(
  text: string,
  { uid, apiVersion }: { readonly uid: string; readonly apiVersion: string },
): Converted {
  const requested = { kind: "ConversionReview", apiVersion };
  const parsed = parseReview(text, requested);
  if (!parsed.ok) return parsed;
  // The first version of the review required neither this nor the uid.
  const isStrict = !apiVersion.endsWith("/v1beta1");
  const unnamed = isStrict ? unnamedReview(parsed.review, requested) : undefined;
  if (unnamed) return { ok: false, problem: unnamed };
  const response = (parsed.review.response ?? undefined) as Response | undefined;
  if (!response) return { ok: false, problem: "no response provided" };
  if (isStrict && response.uid !== uid) {
    const got = JSON.stringify(response.uid ?? "");
    return { ok: false, problem: `expected response.uid=${JSON.stringify(uid)}, got ${got}` };
  }
  const { status = "", message = "" } = response.result ?? {};
  if (status !== "Success")
    return { ok: false, problem: message || `response.result.status was '${status}', not 'Success'` };
  return { ok: true, converted: response.convertedObjects ?? [] };
}

interface Response {
  readonly uid?: string;
  readonly result?: { readonly status?: string; readonly message?: string } | null;
  readonly convertedObjects?: readonly unknown[] | null;
}
