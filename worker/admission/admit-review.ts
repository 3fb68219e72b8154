import type { KubeObject } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../request-context.ts";
import { KeyedReads } from "./keyed-reads.ts";
import { mutateWith } from "./mutate-with.ts";
import type { AdmissionRequest } from "./plugin.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

/**
 * Admits a review that stores nothing (a TokenReview, a SubjectAccessReview). Only webhooks are asked, as for a create.
 */
export async function admitReview(context: RequestContext, question: KubeObject, dryRun: boolean): Promise<void> {
  const request: AdmissionRequest = {
    operation: "CREATE",
    context,
    subresource: "",
    namespace: context.path.namespace,
    name: question.metadata.name ?? "",
    object: question,
    old: undefined,
    dryRun,
    reads: new KeyedReads(context.store),
    writes: [],
    drawn: new Set(),
  };
  await mutateWith([mutatingWebhooks], request);
  if (validatingWebhooks.handles(request)) await validatingWebhooks.validate?.(request);
}
