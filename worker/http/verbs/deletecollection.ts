import type { Entry } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import { decides } from "../../policy/policy-resources.ts";
import { deleteObject } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { deletionOf, propagationWarnings } from "../request/delete-options.ts";
import { listOptions } from "../request/list-options.ts";
import { renderListView, storedObject } from "../response/list-views.ts";
import { acceptedBy, type ListMeta } from "../response/views.ts";
import { listRequest, pageMetadata, requireReached } from "./list.ts";

/** Concurrent deletions. The network is polled after each round, since workerd runs calls within the process first. */
const MAX_CONCURRENT = 16;

/** DELETE of a collection: answers the list of what was there. Objects deleted by others meanwhile are no error. */
export async function removeCollection(context: RequestContext): Promise<Response> {
  const accepted = acceptedBy(context);
  const options = listOptions(context.query, context.served);
  const request = listRequest(context, options);
  const deletion = deletionOf(context);
  context.warnings.push(...propagationWarnings(context.served.resource, deletion));
  const entries: Entry[] = [];
  let metadata: ListMeta = {};
  for await (const page of context.store.pages(request)) {
    requireReached(options, page.revision);
    entries.push(...page.items);
    metadata = pageMetadata(context, page);
  }
  const remove = ({ key }: Entry) =>
    deleteObject(context, key, deletion).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status.code === 404)) throw error;
    });
  // Objects that are policy are deleted one by one: each deletion makes concurrent decisions stale.
  const round = entries.some(({ key }) => decides(key.resource)) ? 1 : MAX_CONCURRENT;
  for (let done = 0; done < entries.length; done += round) {
    if (done > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await Promise.all(entries.slice(done, done + round).map(remove));
  }
  return renderListView(context, entries.map(storedObject), { metadata, accepted });
}
