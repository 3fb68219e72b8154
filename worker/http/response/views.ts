/** The views in which a client may request objects: as they are, as a Table, or just their metadata. */

import {
  canonicalObject,
  completeObject,
  draftObject,
  parseObject,
  readObject,
} from "../../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { partialObjectMetadata, viewAtVersion } from "../../../api/machinery/partial-metadata.ts";
import { encodeProtobufList } from "../../../api/machinery/protobuf/list.ts";
import { badRequest, notAcceptable } from "../../../api/machinery/status.ts";
import { type IncludeObject, parseIncludeObject, renderTable } from "../../../api/resources/table.ts";
import type { Entry } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { documentationLookup, loadDocumentation } from "../documentation.ts";
import { type Accepted, negotiate, noSuchForm, type View } from "./negotiate.ts";
import { renderBytes, renderValue } from "./respond.ts";

/** Where one form of metadata is accepted, both are recognised; the wrong one is refused by name. */
export const VIEWS: readonly View[] = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

/** For objects that are neither stored nor rendered as a Table. */
export const METADATA_VIEWS: readonly View[] = ["PartialObjectMetadata", "PartialObjectMetadataList"];

export const WATCH_VIEWS = ["Table", "PartialObjectMetadata"];

/** The negotiated form of the answer to a request for objects. */
export const acceptedBy = (
  { request, query, served, path }: RequestContext,
  views: readonly string[] = VIEWS,
): Accepted =>
  negotiate(request, query, views, {
    untyped: served.custom,
    streams: request.method === "GET" && path.name === "",
  });

/** The object at the version in the URL. */
export const atServedVersion = ({ conversion }: Served, object: KubeObject): KubeObject =>
  canonicalObject(conversion ? conversion.fromStored(draftObject(object)) : object);

/** The same for the parsed stored text, which is itself the answer at the stored version. */
export const readAtServedVersion = ({ conversion }: Served, parsed: KubeObject): KubeObject =>
  conversion ? canonicalObject(conversion.fromStored(completeObject(parsed))) : parsed;

/** Whether a client is shown the metadata exactly as stored. */
export const showsStoredMetadata = ({ converter, resource }: Served): boolean =>
  !converter && !resource.annotationsOfConversion;

export function includeObject(query: URLSearchParams): IncludeObject {
  const parsed = parseIncludeObject(query.get("includeObject") ?? "");
  if (!parsed.ok) throw new ApiError(badRequest(parsed.message));
  return parsed.includeObject;
}

export function renderView(
  context: RequestContext,
  object: KubeObject,
  accepted: Accepted,
  status = 200,
): Response | Promise<Response> {
  const shown = atServedVersion(context.served, object);
  const { as } = accepted;
  switch (as) {
    case undefined:
      return renderValue(shown, accepted, status);
    case "PartialObjectMetadata":
      return renderValue(
        atViewVersion(partialObjectMetadata(object, context.served.resource), accepted),
        accepted,
        status,
      );
    case "PartialObjectMetadataList":
      throw new ApiError(notAcceptable(mismatchMessage(context, as, "not a list", "")));
    default:
      return tableOf(context, [draftObject(object)], revisionOf(object)).then((table) =>
        renderValue(atViewVersion(table, accepted), accepted, status),
      );
  }
}

/** The object of a dry run has none. */
const revisionOf = ({ metadata: { resourceVersion } }: KubeObject): ListMeta =>
  resourceVersion === undefined ? {} : { resourceVersion };

const mismatchMessage = ({ served }: RequestContext, as: View, what: string, suffix: string) =>
  `you requested ${as}, but the requested object is ${what} (*${internalGroup(served)}.${served.resource.kind}${suffix})`;

/** The name of a group's internal package in Kubernetes: `core`, `apps`, `rbac`. */
const internalGroup = ({ resource }: Served) => (resource.group === "" ? "core" : (resource.group.split(".")[0] ?? ""));

export const atViewVersion = <T extends object>(view: T, { viewVersion = "v1" }: Accepted): T =>
  viewAtVersion(view, viewVersion);

export interface ListMeta {
  /** Absent if nothing is stored. */
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

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

export async function renderListView(
  context: RequestContext,
  objects: readonly Viewed[],
  metadata: ListMeta,
  accepted: Accepted,
): Promise<Response> {
  if (accepted.type === "application/vnd.kubernetes.protobuf" && accepted.as !== "Table") {
    return renderBytes(await protobufList(context, [objects], metadata, accepted), accepted);
  }
  return renderValue(await listView(context, objects, metadata, accepted), accepted);
}

/** The list in protobuf, in parts; each page is released once it is written. */
export async function protobufList(
  context: RequestContext,
  pages: AsyncIterable<readonly Viewed[]> | Iterable<readonly Viewed[]>,
  metadata: ListMeta,
  accepted: Accepted,
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
  metadata: ListMeta,
  accepted: Accepted,
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
      throw new ApiError(notAcceptable(mismatchMessage(context, accepted.as, "a list", "List")));
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

/** Descriptions of columns that show a field. */
export const columnTexts = async ({ env }: RequestContext) => documentationLookup(await loadDocumentation(env.ASSETS));

async function tableOf(context: RequestContext, objects: Iterable<KubeObject>, metadata: ListMeta) {
  const { served, query, now } = context;
  return renderTable(served.resource, objects, {
    now,
    includeObject: includeObject(query),
    metadata,
    documentation: await columnTexts(context),
    show: (object) => atServedVersion(served, object),
  });
}
