/** What all reviews share: a POST that stores nothing. */
import type { KubeObject } from "../../../../api/machinery/meta.ts";
import { invalid } from "../../../../api/machinery/status.ts";
import { admitReview } from "../../../admission/admit-review.ts";
import { trackManagedFields } from "../../../admission/managed-fields.ts";
import { ApiError } from "../../../api-error.ts";
import { placeInNamespace } from "../../../registry/place-in-namespace.ts";
import { dropServerFields } from "../../../registry/strategy.ts";
import type { RequestContext } from "../../../request-context.ts";
import { decodeObject } from "../../request/body.ts";
import { writeOptions } from "../../request/write-options.ts";
import { acceptedBy, METADATA_VIEWS, renderView } from "../../response/views.ts";

/** The parts of a review that its answer determines. */
export interface ReviewResult {
  readonly metadata: KubeObject["metadata"];
  readonly spec?: object;
  readonly status: object;
}

/** Decodes and validates the review, and answers with the result of `decide`. */
export async function serveReview<T extends KubeObject>(
  context: RequestContext,
  decide: (question: T) => ReviewResult | Promise<ReviewResult>,
): Promise<Response> {
  const accepted = acceptedBy(context, METADATA_VIEWS);
  const options = writeOptions(context.query, "CreateOptions");
  const question = decodeObject(context, options);
  dropServerFields(question);
  trackManagedFields(context, { old: undefined, next: question }, { ...options, subresource: "" });
  validateReview(context, question);
  await admitReview(context, question, options);
  const { kind = "", apiVersion = "" } = question;
  const reviewed = { kind, apiVersion, ...(await decide(question as T)) };
  // An answer that involves no store call could be based on outdated policy.
  await context.store.confirm();
  return renderView(context, reviewed, { accepted, status: 201 });
}

function validateReview(context: RequestContext, question: KubeObject): void {
  const { resource } = context.served;
  placeInNamespace(context, question);
  const errors = resource.validate?.(question) ?? [];
  if (errors.length === 0) return;
  // Kubernetes omits the kind here.
  const status = invalid(resource.group, "", "", errors);
  const { kind: _, ...details } = status.details ?? {};
  throw new ApiError({ ...status, details });
}
