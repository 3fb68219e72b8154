/** Reads a whole list: an answer of the store ends early at some megabytes of text (rule STORE-LIST). */
import type { Entry, ListPage, ListRequest, ReadResult, Store } from "./store.ts";

/** Reads pages at the first one's revision, until the limit of the request is reached or nothing is left. */
export async function listWhole(store: Pick<Store, "list">, request: ListRequest): Promise<ReadResult<ListPage>> {
  const first = await store.list(request);
  if (!first.ok || !first.more) return first;
  const { revision } = first;
  const items: Entry[] = [...first.items];
  const wanted = request.limit ?? Number.POSITIVE_INFINITY;
  let page: ListPage = first;
  while (page.more && page.last && items.length < wanted) {
    const next = await store.list({
      ...request,
      at: revision,
      after: page.last,
      ...(request.limit === undefined ? {} : { limit: wanted - items.length }),
    });
    if (!next.ok) return next;
    items.push(...next.items);
    page = next;
  }
  return { ...page, ok: true, revision, items };
}
