/** The forms in which a client may ask for objects: themselves, a Table, or their metadata alone. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { canonicalObject, completeObject, draftObject, readObject } from "../../api/machinery/object-text.ts";
import {
  partialObjectMetadata,
  partialObjectMetadataList,
  viewAtVersion,
} from "../../api/machinery/partial-metadata.ts";
import { badRequest, notAcceptable } from "../../api/machinery/status.ts";
import { type IncludeObject, parseIncludeObject, renderTable } from "../../api/machinery/table.ts";
import type { Entry } from "../../api/store.ts";
import { ApiError } from "../api-error.ts";
import type { Served } from "../kind-registry.ts";
import type { RequestContext } from "../request-context.ts";
import { type Accepted, negotiate, type View } from "./negotiate.ts";
import { documentationLookup, loadDocumentation } from "./openapi/documentation.ts";
import { renderValue } from "./respond.ts";

/** Both forms of metadata are understood wherever either is; the wrong one is refused by name. */
export const VIEWS: readonly View[] = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

export const WATCH_VIEWS = ["Table", "PartialObjectMetadata"];

/** The form of the answer to a request for objects. */
export const acceptedBy = (
  { request, query, served, path }: RequestContext,
  views: readonly string[] = VIEWS,
): Accepted =>
  negotiate(request, query, views, {
    untyped: served.custom,
    streams: request.method === "GET" && path.name === "",
  });

/** The object at the version that the URL names. */
export const atServedVersion = ({ conversion }: Served, object: KubeObject): KubeObject =>
  canonicalObject(conversion ? conversion.fromStored(draftObject(object)) : object);

/** The same of what a stored text was parsed to, which is what is answered at the version that is stored. */
export const readAtServedVersion = ({ conversion }: Served, parsed: KubeObject): KubeObject =>
  conversion ? canonicalObject(conversion.fromStored(completeObject(parsed))) : parsed;

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
      throw new ApiError(notAcceptable(mismatch(context, as, "not a list", "")));
    default:
      return tableOf(context, [draftObject(object)], revisionOf(object)).then((table) =>
        renderValue(atViewVersion(table, accepted), accepted, status),
      );
  }
}

/** Of a dry run's object there is none. */
const revisionOf = ({ metadata: { resourceVersion } }: KubeObject): ListMeta =>
  resourceVersion === undefined ? {} : { resourceVersion };

const mismatch = ({ served }: RequestContext, as: View, what: string, suffix: string) =>
  `you requested ${as}, but the requested object is ${what} (*${internalGroup(served)}.${served.resource.kind}${suffix})`;

/** Kubernetes' internal package of a group: `core`, `apps`, `rbac`. */
const internalGroup = ({ resource }: Served) => (resource.group === "" ? "core" : (resource.group.split(".")[0] ?? ""));

export const atViewVersion = <T extends object>(view: T, { viewVersion = "v1" }: Accepted): T =>
  viewAtVersion(view, viewVersion);

export interface ListMeta {
  /** Absent where nothing is stored. */
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** Objects on their way to a client. */
export interface Viewed {
  /** As code reads them. */
  readonly drafts: () => KubeObject[];
  /** As they are answered, at the version that the URL names. */
  readonly shown: (served: Served) => KubeObject[];
}

export const storedObjects = (entries: readonly Pick<Entry, "text">[]): Viewed => ({
  drafts: () => entries.map(({ text }) => readObject(text)),
  shown: (served) => entries.map(({ text }) => readAtServedVersion(served, JSON.parse(text) as KubeObject)),
});

export const madeObjects = (objects: readonly KubeObject[]): Viewed => ({
  drafts: () => objects.map(draftObject),
  shown: (served) => objects.map((object) => atServedVersion(served, object)),
});

export async function renderListView(
  context: RequestContext,
  objects: Viewed,
  metadata: ListMeta,
  accepted: Accepted,
): Promise<Response> {
  return renderValue(await listView(context, objects, metadata, accepted), accepted);
}

interface ListView {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: object;
  readonly items?: readonly object[];
}

/** The list in the form asked for; `items`, or `rows` of a Table, are its last property. */
export async function listView(
  context: RequestContext,
  objects: Viewed,
  metadata: ListMeta,
  accepted: Accepted,
): Promise<ListView> {
  const { served } = context;
  const { as } = accepted;
  switch (as) {
    case undefined:
      return {
        kind: served.resource.listKind ?? `${served.resource.kind}List`,
        apiVersion: apiVersionOf(served.group, served.version),
        metadata,
        items: objects.shown(served).map((object) => itemOf(served, object)),
      };
    case "PartialObjectMetadata":
      throw new ApiError(notAcceptable(mismatch(context, as, "a list", "List")));
    case "PartialObjectMetadataList":
      return atViewVersion(partialObjectMetadataList(objects.drafts(), metadata, served.resource), accepted);
    default:
      return atViewVersion(await tableOf(context, objects.drafts(), metadata), accepted);
  }
}

/** Kubernetes leaves kind and apiVersion out of the items of a list of built-in kinds. */
function itemOf({ custom }: Served, object: KubeObject): KubeObject {
  if (custom) return object;
  const { kind: _, apiVersion: __, ...item } = object;
  return item;
}

/** What columns are described by that show a field. */
export const columnTexts = async ({ env }: RequestContext) => documentationLookup(await loadDocumentation(env.ASSETS));

async function tableOf(context: RequestContext, objects: readonly KubeObject[], metadata: ListMeta) {
  const { served, query, now } = context;
  return renderTable(served.resource, objects, {
    now,
    includeObject: includeObject(query),
    metadata,
    documentation: await columnTexts(context),
    show: (object) => atServedVersion(served, object),
  });
}
