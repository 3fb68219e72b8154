import { failure } from "../../../api/machinery/status.ts";
import { type ContinueToken, formatContinue } from "../../../api/store/continue-token.ts";
import type { Decided, Key, ListPage, ListRequest, Revision } from "../../../api/store/store.ts";
import { parseListHead, storeEncoding } from "../../../api/store/store-stream.ts";
import { ApiError } from "../../api-error.ts";
import { listShareOf } from "../../fairness/watch-share.ts";
import type { RequestContext } from "../../request-context.ts";
import { Compacted, RevisionTooLarge } from "../../storage/store-failures.ts";
import { mayBeNodeLease, withRenewTimes } from "../nodes/renewed-leases.ts";
import { type ListOptions, listOptions } from "../request/list-options.ts";
import { acceptsGzip, GZIP, peek } from "../response/compress.ts";
import { renderListView, storedObject } from "../response/list-views.ts";
import type { Accepted } from "../response/negotiate.ts";
import { acceptedBy, type ListMeta } from "../response/views.ts";
import { isLong, renderLongList } from "./long-list.ts";
import { selectedBy } from "./selected.ts";
import { type StreamedForm, streamedForm } from "./streamed-form.ts";

/** GET of a collection. */
export async function list(context: RequestContext): Promise<Response> {
  const { query, store } = context;
  const accepted = acceptedBy(context);
  const options = listOptions(query, context.served);
  const request = listRequest(context, options);
  if (options.continue) await requireFresh(context, options.continue);
  const renewing = options.match !== "Exact" && mayBeNodeLease(context);
  const form = renewing ? undefined : await streamedForm(context, accepted);
  if (form) return streamList(context, request, { ...form, options, type: accepted.type });
  const isWhole = request.limit === undefined;
  const read = store.pages({ ...request, ...(isWhole && { length: PAGE_LENGTH }) });
  const pages = renewing ? renewedPages(context, read) : read;
  const first = await firstOf(pages).catch((error: unknown) => explainExpiry(error, options));
  requireReached(options, first.revision);
  return renderPages(context, { first, rest: pages, isWhole }, accepted);
}

export type Requested = Omit<ListRequest, keyof Decided>;

/** How much text of a list without a limit is held here at once, however many clients request one. */
const PAGE_LENGTH = 1024 * 1024;

interface Pages {
  readonly first: ListPage;
  readonly rest: AsyncGenerator<ListPage, undefined>;
  /** Whether the client requested no limit. */
  readonly isWhole: boolean;
}

export function renderPages(
  context: RequestContext,
  { first, rest, isWhole }: Pages,
  accepted: Accepted,
): Promise<Response> {
  const metadata = isWhole ? revisionOf(first) : pageMetadata(context, first);
  if ((isWhole && first.more) || isLong(first)) return renderLongList(context, { first, rest, metadata }, accepted);
  return renderListView(context, first.items.map(storedObject), { metadata, accepted });
}

const revisionOf = ({ revision }: ListPage): ListMeta => ({ resourceVersion: String(revision) });

async function* renewedPages(
  context: RequestContext,
  pages: AsyncGenerator<ListPage, undefined>,
): AsyncGenerator<ListPage, undefined> {
  for await (const page of pages) yield { ...page, items: await withRenewTimes(context, page.items) };
}

/** A page's continue token, and the number of remaining items. */
function pageMetadata(context: RequestContext, page: ListPage): ListMeta {
  const last = page.items.at(-1);
  return {
    ...revisionOf(page),
    ...(page.more && last ? { continue: continueFrom(context, page.revision, last.key) } : {}),
    ...(page.more && page.remaining !== undefined ? { remainingItemCount: page.remaining } : {}),
  };
}

export async function firstOf(pages: AsyncGenerator<ListPage, undefined>): Promise<ListPage> {
  const { value } = await pages.next();
  if (!value) throw new Error("a list without a page");
  return value;
}

/** The request to the store, from path, selectors and options. */
export function listRequest(context: RequestContext, options: ListOptions): Requested {
  const selected = selectedBy(context, options.selection);
  const { namespace = "" } = selected;
  const at = options.continue?.revision ?? (options.match === "Exact" ? options.resourceVersion : undefined);
  const after = options.continue?.after;
  return {
    ...selected,
    ...(options.limit > 0 ? { limit: options.limit } : {}),
    ...(after ? { after: after.namespace === "" ? { ...after, namespace } : after } : {}),
    ...(at === undefined ? {} : { at }),
  };
}

const EXPIRED_CONTINUE =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list.";

/** Kubernetes treats a first page like a later one, and has no place to continue from. */
const EXPIRED_PAGE =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter.";

/** How long etcd keeps the revision that a list began with: the compaction interval of kube-apiserver. */
const CONTINUE_SECONDS = 300;
const COMPACTION: Key = { resource: "compactions.sailplane.dev", namespace: "", name: "latest" };

/**
 * Throws for a token older than the time for which lists are guaranteed to be consistent. If nothing has been written
 * since, the log advances by itself, as with etcd's compactor: a client that continues reads a newer state, and can
 * tell.
 */
async function requireFresh({ now, store }: RequestContext, token: ContinueToken): Promise<void> {
  const { issued } = token;
  if (token.revision === undefined || issued === undefined || now / 1000 - issued < CONTINUE_SECONDS) return;
  const { revision } = await store.read(COMPACTION);
  if (revision === token.revision) {
    const nothing = { labels: {}, fields: {} };
    await store.commit([
      { op: "create", key: COMPACTION, text: '{"metadata":{"resourceVersion":""}}', attributes: nothing },
      { op: "delete", key: COMPACTION },
    ]);
  }
  throw expiredContinue(token);
}

const expiredContinue = ({ after }: ContinueToken) =>
  new ApiError({
    ...failure(410, "Expired", EXPIRED_CONTINUE),
    metadata: { continue: formatContinue({ revision: undefined, after }) },
  });

function explainExpiry(error: unknown, options: ListOptions): never {
  if (!(error instanceof Compacted)) throw error;
  if (options.continue) throw expiredContinue(options.continue);
  if (options.limit > 0) throw new ApiError(failure(410, "Expired", EXPIRED_PAGE));
  throw error;
}

/** A list that must be at least as new as a future revision cannot be served. */
export function requireReached({ match, resourceVersion }: ListOptions, revision: Revision): void {
  if (match !== "Exact" && resourceVersion !== undefined && resourceVersion > revision)
    throw new RevisionTooLarge(resourceVersion, revision);
}

/** Within one namespace, continue tokens name the last object without its namespace, as in Kubernetes. */
const isWithinNamespace = ({ path, served }: RequestContext) =>
  path.namespace !== "" || served.resource.scope === "Cluster";

const issuedNow = ({ now }: RequestContext) => Math.floor(now / 1000);

function continueFrom(context: RequestContext, revision: Revision, key: { namespace: string; name: string }): string {
  const namespace = isWithinNamespace(context) ? "" : key.namespace;
  return formatContinue({ revision, issued: issuedNow(context), after: { namespace, name: key.name } });
}

interface Streamed extends StreamedForm {
  readonly options: ListOptions;
  readonly type: Accepted["type"];
}

const TAIL = "]}\n";

/** The store renders the whole list, including a page's metadata. */
async function streamList(
  context: RequestContext,
  request: Requested,
  { open, items, nullIfEmpty, options, type }: Streamed,
): Promise<Response> {
  const gzip = acceptsGzip(context.request);
  const response = await context.store
    .stream("list", {
      ...request,
      ...(!context.env.ownApi && { share: listShareOf(context) }),
      items,
      frame: {
        open,
        close: TAIL,
        nullIfEmpty,
        // Adding warnings creates a new response, which would be compressed again.
        gzip: gzip && context.warnings.length === 0,
        page: { issued: issuedNow(context), within: isWithinNamespace(context) },
      },
    })
    .catch((error: unknown) => explainExpiry(error, options));
  const { revision } = parseListHead(response.headers);
  try {
    requireReached(options, revision);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  const headers = { "Content-Type": type };
  if (response.headers.get(storeEncoding) === "gzip")
    return new Response(response.body, { headers: { ...headers, ...GZIP }, encodeBody: "manual" });
  if (!gzip || context.warnings.length === 0 || !response.body) return new Response(response.body, { headers });
  const { large, stream } = await peek(response.body);
  return new Response(stream, { headers: { ...headers, ...(large ? GZIP : {}) } });
}
