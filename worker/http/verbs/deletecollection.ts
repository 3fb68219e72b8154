import { ApiError } from "../../api-error.ts";
import { deleteObject } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { objectOf } from "../../storage/entry.ts";
import { deletionOf } from "../delete-options.ts";
import { listOptions } from "../list-options.ts";
import { negotiate } from "../negotiate.ts";
import { renderListView, VIEWS } from "../views.ts";
import { listRequest } from "./list.ts";

/** Deletions under way at once. */
const CONCURRENCY = 16;

/** DELETE of a collection: answers the list of what was there. Objects that others delete meanwhile are no error. */
export async function removeCollection(context: RequestContext): Promise<Response> {
  const accepted = negotiate(context.request, context.query, VIEWS);
  const deletion = deletionOf(context);
  const page = await context.store.list(listRequest(context, listOptions(context.query)));
  const queue = page.items.map(({ key }) => key).values();
  const worker = async () => {
    for (const key of queue) {
      await deleteObject(context, key, deletion).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.status.code === 404)) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return renderListView(context, page.items.map(objectOf), { resourceVersion: String(page.revision) }, accepted);
}
