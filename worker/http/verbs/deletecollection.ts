import type { Key, ListPage } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import { decides } from "../../policy/policy-resources.ts";
import { type Deletion, deleteObject } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { deletionOf, propagationWarnings } from "../request/delete-options.ts";
import { listOptions } from "../request/list-options.ts";
import { acceptedBy } from "../response/views.ts";
import { firstOf, listRequest, type Requested, renderPages, requireReached } from "./list.ts";

/** Concurrent deletions. The network is polled after each round, since workerd runs calls within the process first. */
const MAX_CONCURRENT = 16;

/** DELETE of a collection: answers the list of what was there. Objects deleted by others meanwhile are no error. */
export async function removeCollection(context: RequestContext): Promise<Response> {
  const accepted = acceptedBy(context);
  const options = listOptions(context.query, context.served);
  const request = listRequest(context, options);
  const deletion = deletionOf(context);
  context.warnings.push(...propagationWarnings(context.served.resource, deletion));
  const pages = context.store.pages(request);
  const first = await firstOf(pages);
  requireReached(options, first.revision);
  const keys = first.items.map(({ key }) => key);
  for await (const { items } of pagesAfter(context, request, first)) for (const { key } of items) keys.push(key);
  await removeAll(context, keys, deletion);
  // Read once more: what has been deleted may be more than memory holds. It was decided on with the first page.
  return renderPages(context, { first, rest: pages, isWhole: !request.limit }, accepted);
}

async function* pagesAfter(
  { store }: RequestContext,
  request: Requested,
  { more, last, revision }: ListPage,
): AsyncGenerator<ListPage, undefined> {
  if (more && last && !request.limit) yield* store.pages({ ...request, at: revision, after: last });
}

async function removeAll(context: RequestContext, keys: readonly Key[], deletion: Deletion): Promise<void> {
  const remove = (key: Key) =>
    deleteObject(context, key, deletion).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status.code === 404)) throw error;
    });
  // Objects that are policy are deleted one by one: each deletion makes concurrent decisions stale.
  const round = keys.some(({ resource }) => decides(resource)) ? 1 : MAX_CONCURRENT;
  for (let done = 0; done < keys.length; done += round) {
    if (done > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await Promise.all(keys.slice(done, done + round).map(remove));
  }
}
