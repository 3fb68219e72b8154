import type { Entry } from "../../../api/store.ts";
import { ApiError } from "../../api-error.ts";
import { deleteObject } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { objectOf } from "../../storage/entry.ts";
import { deletionOf } from "../delete-options.ts";
import { listOptions } from "../list-options.ts";
import { negotiate } from "../negotiate.ts";
import { renderListView, VIEWS } from "../views.ts";
import { listRequest } from "./list.ts";

/** Deletions under way at once. After each such round the network is looked at, which waits for calls within the process. */
const ROUND = 16;

/** DELETE of a collection: answers the list of what was there. Objects that others delete meanwhile are no error. */
export async function removeCollection(context: RequestContext): Promise<Response> {
  const accepted = negotiate(context.request, context.query, VIEWS);
  const deletion = deletionOf(context);
  const entries: Entry[] = [];
  let resourceVersion = "";
  for await (const page of context.store.pages(listRequest(context, listOptions(context.query)))) {
    entries.push(...page.items);
    resourceVersion = String(page.revision);
  }
  const remove = ({ key }: Entry) =>
    deleteObject(context, key, deletion).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status.code === 404)) throw error;
    });
  for (let done = 0; done < entries.length; done += ROUND) {
    if (done > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await Promise.all(entries.slice(done, done + ROUND).map(remove));
  }
  return renderListView(context, entries.map(objectOf), { resourceVersion }, accepted);
}
