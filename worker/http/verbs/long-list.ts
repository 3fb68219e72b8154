/**
 * A list that was asked for without a limit, in a form that the store does not write itself, and that is too long for
 * one answer of the store: rendered page by page, all of the first page's revision, so that the whole is never in
 * memory; in protobuf, which begins with its length, nothing but the bytes is.
 */
import { exactJson } from "../../../api/machinery/json/exact-json.ts";
import type { ListPage } from "../../../api/store.ts";
import type { RequestContext } from "../../request-context.ts";
import { GZIP } from "../answer/compress.ts";
import type { Accepted } from "../answer/negotiate.ts";
import { listView, protobufList, renderListView, storedObject, type Viewed } from "../answer/views.ts";

interface LongList {
  readonly first: ListPage;
  readonly rest: AsyncGenerator<ListPage, undefined>;
}

export async function renderLongList(
  context: RequestContext,
  { first, rest }: LongList,
  accepted: Accepted,
): Promise<Response> {
  const metadata = { resourceVersion: String(first.revision) };
  const viewOf = ({ items }: ListPage) => listView(context, items.map(storedObject), metadata, accepted);
  if (accepted.type === PROTOBUF) {
    return answer(inTurn(await protobufList(context, pagesOf(first, rest), metadata, accepted)), accepted);
  }
  if (accepted.type !== "application/json" || accepted.pretty) {
    // YAML and indented JSON are for eyes.
    const entries = [...first.items];
    for await (const page of rest) entries.push(...page.items);
    return renderListView(context, entries.map(storedObject), metadata, accepted);
  }
  const encoder = new TextEncoder();
  // What fails before the first page is there is answered with a status.
  const head = exactJson(await viewOf(first)).slice(0, -END.length);
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) {
        begun = true;
        return controller.enqueue(encoder.encode(head));
      }
      const { value: page } = await rest.next();
      if (page) return controller.enqueue(encoder.encode(`,${exactJson(membersOf(await viewOf(page))).slice(1, -1)}`));
      controller.enqueue(encoder.encode(END));
      controller.close();
    },
  });
  return answer(body, accepted);
}

const PROTOBUF = "application/vnd.kubernetes.protobuf";

const answer = (body: ReadableStream<Uint8Array>, { type, gzip }: Accepted) =>
  new Response(body, { headers: { "Content-Type": type, ...(gzip ? GZIP : {}) } });

/** Each is let go of once it is taken. */
function inTurn(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

async function* pagesOf(
  first: ListPage,
  rest: AsyncGenerator<ListPage, undefined>,
): AsyncGenerator<readonly Viewed[], undefined> {
  yield first.items.map(storedObject);
  for await (const { items } of rest) yield items.map(storedObject);
}

/** How each form ends: the array of its members is its last property. */
const END = "]}";
const membersOf = (view: object): unknown => Object.values(view).at(-1);
