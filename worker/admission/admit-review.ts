import type { KubeObject } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../request-context.ts";
import { mutateWith } from "./mutate-with.ts";
import { newAdmissionRequest } from "./new-admission-request.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

/**
 * Admits a review that stores nothing (a TokenReview, a SubjectAccessReview). Only webhooks are called, as for a create.
 */
export async function admitReview(
  context: RequestContext,
  review: KubeObject,
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  const request = newAdmissionRequest(context, {
    operation: "CREATE",
    subresource: "",
    name: review.metadata.name ?? "",
    object: review,
    old: undefined,
    dryRun,
  });
  await mutateWith([mutatingWebhooks], request);
  if (validatingWebhooks.handles(request)) await validatingWebhooks.validate?.(request);
}
