import { badRequest, notFound } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { resourceNameOf } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";
import { RevisionTooLarge } from "../../storage/store-failures.ts";
import { mayBeNodeLease, withRenewTimes } from "../nodes/renewed-leases.ts";
import { revisionOption } from "../request/list-options.ts";
import { booleanOption } from "../request/write-options.ts";
import { acceptedBy, renderStored } from "../response/views.ts";

/** GET of one object: the store's own text, unless the client requested another form or version. */
export async function get(context: RequestContext): Promise<Response> {
  const { served, path, store } = context;
  const accepted = acceptedBy(context);
  const atLeast = revisionOption(context.query);
  if (context.query.get("export") !== null && booleanOption(context.query, "export")) {
    throw new ApiError(badRequest("the export parameter, deprecated since v1.14, is no longer supported"));
  }
  const { entry: stored, revision } = await store.read(keyOf(served.resource, path.namespace, path.name));
  if (atLeast !== undefined && atLeast > revision) throw new RevisionTooLarge(atLeast, revision);
  if (!stored) throw new ApiError(notFound(resourceNameOf(served), path.name));
  const [entry = stored] = mayBeNodeLease(context) ? await withRenewTimes(context, [stored]) : [stored];
  return renderStored(context, entry.text, { accepted });
}
