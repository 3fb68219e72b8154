/** The same views of lists. */

import { draftObject, parseObject, readObject } from "../../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { partialObjectMetadata } from "../../../api/machinery/partial-metadata.ts";
import { encodeProtobufList } from "../../../api/machinery/protobuf/list.ts";
import { notAcceptable } from "../../../api/machinery/status.ts";
import type { Entry } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { PROTOBUF } from "../media-types.ts";
import { type Accepted, noSuchForm } from "./negotiate.ts";
import { renderBytes, renderValue } from "./respond.ts";
import {
  atServedVersion,
  atViewVersion,
  type ListMeta,
  mismatchMessage,
  readAtServedVersion,
  tableOf,
} from "./views.ts";

/** An object to be answered, built on demand: those of a list need not exist all at once. */
export interface Viewed {
  /** In the form that code works with. */
  readonly draft: () => KubeObject;
  /** As answered, at the version in the URL. */
  readonly shown: (served: Served) => KubeObject;
}

export const storedObject = ({ text }: Pick<Entry, "text">): Viewed => ({
  draft: () => readObject(text),
  shown: (served) => readAtServedVersion(served, parseObject<KubeObject>(text)),
});

export const unstoredObject = (object: KubeObject): Viewed => ({
  draft: () => draftObject(object),
  shown: (served) => atServedVersion(served, object),
});

export interface ListReply {
  readonly metadata: ListMeta;
  readonly accepted: Accepted;
}

export async function renderListView(
  context: RequestContext,
  objects: readonly Viewed[],
  reply: ListReply,
): Promise<Response> {
  const { accepted } = reply;
  if (accepted.type === PROTOBUF && accepted.as !== "Table")
    return renderBytes(await protobufList(context, [objects], reply), accepted);
  return renderValue(await listView(context, objects, reply), accepted);
}

/** The list in protobuf, in parts; each page is released once it is written. */
export async function protobufList(
  context: RequestContext,
  pages: AsyncIterable<readonly Viewed[]> | Iterable<readonly Viewed[]>,
  { metadata, accepted }: ListReply,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { head, item } = listForm(context, accepted);
  async function* items() {
    for await (const objects of pages) yield objects.map((object) => () => item(object));
  }
  const parts = await encodeProtobufList({ ...head, metadata }, items());
  if (!parts) throw noSuchForm();
  return parts;
}

/** The list in the requested form; `items`, or a Table's `rows`, come last. */
export async function listView(
  context: RequestContext,
  objects: readonly Viewed[],
  { metadata, accepted }: ListReply,
): Promise<object> {
  if (accepted.as === "Table") return atViewVersion(await tableOf(context, drafts(objects), metadata), accepted);
  const { head, item } = listForm(context, accepted);
  const items = objects.map(item);
  // Go builds the metadata list from scratch, and the others from what was stored.
  const noMore = includesEmptyContinue(context, accepted) ? { continue: "" } : {};
  return { ...head, metadata: { ...noMore, ...metadata }, items: items.length === 0 && accepted.as ? null : items };
}

/** A list of custom objects is not a struct in Go, and includes an empty `continue` as well. */
export const includesEmptyContinue = ({ served }: RequestContext, { as }: Accepted): boolean =>
  served.custom === true && as === undefined;

interface ListForm {
  readonly head: { readonly kind: string; readonly apiVersion: string };
  readonly item: (object: Viewed) => object;
}

function listForm(context: RequestContext, accepted: Accepted): ListForm {
  const { served } = context;
  const { resource } = served;
  switch (accepted.as) {
    case "PartialObjectMetadata":
      throw new ApiError(notAcceptable(mismatchMessage(context, accepted.as, { what: "a list", suffix: "List" })));
    case "PartialObjectMetadataList":
      return {
        head: { kind: accepted.as, apiVersion: `meta.k8s.io/${accepted.viewVersion ?? "v1"}` },
        item: ({ draft }) => atViewVersion(partialObjectMetadata(draft(), resource), accepted),
      };
    default:
      return {
        head: {
          kind: resource.listKind ?? `${resource.kind}List`,
          apiVersion: apiVersionOf(served.group, served.version),
        },
        item: ({ shown }) => itemOf(served, shown(served)),
      };
  }
}

function* drafts(objects: readonly Viewed[]): Generator<KubeObject, undefined> {
  for (const { draft } of objects) yield draft();
}

/** Kubernetes omits kind and apiVersion from items of lists of built-in kinds. */
function itemOf({ custom }: Served, object: KubeObject): KubeObject {
  if (custom) return object;
  const { kind: _, apiVersion: __, ...item } = object;
  return item;
}
