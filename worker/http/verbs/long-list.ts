/**
 * A long list in a form that the store does not render itself. It is rendered in portions as the client reads them, all
 * at the revision of the first page, so the whole list is never in memory, and nobody else has to wait for it. A
 * protobuf list begins with its length, so there the encoded bytes are held, but nothing else.
 */

import { exactJson } from "../../../api/machinery/json/exact-json.ts";
import type { ListPage } from "../../../api/store/store.ts";
import type { RequestContext } from "../../request-context.ts";
import { PROTOBUF } from "../media-types.ts";
import { GZIP } from "../response/compress.ts";
import { listView, protobufList, storedObject } from "../response/list-views.ts";
import type { Accepted } from "../response/negotiate.ts";
import type { ListMeta } from "../response/views.ts";
import { encodeYaml } from "../response/yaml.ts";

interface LongList {
  readonly first: ListPage;
  readonly rest: AsyncGenerator<ListPage, undefined>;
  readonly metadata: ListMeta;
}

type Entries = ListPage["items"];

/** Characters of stored texts that are rendered at once. */
const PORTION = 256 * 1024;

export const isLong = ({ items }: ListPage): boolean =>
  items.reduce((length, { text }) => length + text.length, 0) > PORTION;

export async function renderLongList(context: RequestContext, list: LongList, accepted: Accepted): Promise<Response> {
  const body =
    accepted.type === PROTOBUF
      ? chunked(await inProtobuf(context, list, accepted))
      : await inText(context, list, accepted);
  return new Response(context.turn.holdUntilRead(body), {
    headers: { "Content-Type": accepted.type, ...(accepted.gzip ? GZIP : {}) },
  });
}

async function inProtobuf(
  context: RequestContext,
  { first, rest, metadata }: LongList,
  accepted: Accepted,
): Promise<Uint8Array[]> {
  async function* pages() {
    yield first.items.map(storedObject);
    for await (const { items } of rest) yield items.map(storedObject);
  }
  return protobufList(context, pages(), { metadata, accepted });
}

/** Failures before the first portion are answered with a status. */
async function inText(
  context: RequestContext,
  list: LongList,
  accepted: Accepted,
): Promise<ReadableStream<Uint8Array>> {
  const texts = textsOf(context, list, accepted);
  return encoded(await texts.next(), texts);
}

/** Each chunk is released once it is read. */
const chunked = (chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });

function encoded(
  first: IteratorResult<string, undefined>,
  rest: AsyncGenerator<string, undefined>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string, undefined> | undefined = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = next ?? (await rest.next());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

async function* textsOf(
  context: RequestContext,
  { first, rest, metadata }: LongList,
  accepted: Accepted,
): AsyncGenerator<string, undefined> {
  const syntax = syntaxOf(accepted);
  const viewOf = (entries: Entries) => listView(context, entries.map(storedObject), { metadata, accepted });
  let written: Written | undefined;
  for await (const entries of portions(first, rest)) {
    const view = await viewOf(entries);
    if (written) yield syntax.join + written.items(view);
    else {
      written = syntax.begin(view);
      yield written.open + written.items(view);
    }
  }
  if (written) yield written.close;
  else {
    const { open, close } = syntax.begin(await viewOf([]));
    yield open + close;
  }
}

async function* portions(first: ListPage, rest: AsyncGenerator<ListPage, undefined>): AsyncGenerator<Entries> {
  for (let page: ListPage | undefined = first; page; page = (await rest.next()).value) {
    let from = 0;
    let length = 0;
    for (const [at, { text }] of page.items.entries()) {
      length += text.length;
      if (length < PORTION && at < page.items.length - 1) continue;
      yield page.items.slice(from, at + 1);
      from = at + 1;
      length = 0;
    }
  }
}

/** How a list is written from parts that are complete views themselves. */
interface Syntax {
  readonly join: string;
  readonly begin: (view: object) => Written;
}

interface Written {
  /** The text before the items and after them. */
  readonly open: string;
  readonly close: string;
  readonly items: (view: object) => string;
}

function syntaxOf({ type, pretty }: Accepted): Syntax {
  if (type === "application/yaml") return { join: "", begin: inYaml };
  return { join: ",", begin: pretty ? inJson("\n  ]\n}", 2) : inJson("]}\n") };
}

/** The last property: `items`, or `rows` of a Table. */
const itemsName = (view: object): string => Object.keys(view).at(-1) ?? "";

const inJson =
  (close: string, indent?: number) =>
  (view: object): Written => {
    const empty = exactJson({ ...view, [itemsName(view)]: [] }, indent);
    const open = empty.slice(0, empty.lastIndexOf("]"));
    return { open, close, items: (each) => exactJson(each, indent).slice(open.length, -close.trimEnd().length) };
  };

/** Its members are sorted. */
function inYaml(view: object): Written {
  const name = itemsName(view);
  const some = (those: (member: string) => boolean) => {
    const members = Object.entries(view).filter(([member]) => those(member));
    return members.length > 0 ? encodeYaml(Object.fromEntries(members)) : "";
  };
  const heading = `${name}:\n`;
  return {
    open: some((member) => member < name) + heading,
    close: some((member) => member > name),
    items: (each) => encodeYaml({ [name]: Object.values(each).at(-1) }).slice(heading.length),
  };
}
