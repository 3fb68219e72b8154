/** The views in which a client may request objects: as they are, as a Table, or just their metadata. */
import { canonicalObject, completeObject, draftObject, parseObject } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { partialObjectMetadata, viewAtVersion } from "../../../api/machinery/partial-metadata.ts";
import { badRequest, notAcceptable } from "../../../api/machinery/status.ts";
import { type IncludeObject, parseIncludeObject, renderTable } from "../../../api/resources/table.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { documentationLookup, loadDocumentation } from "../documentation.ts";
import { type Accepted, negotiate, type View } from "./negotiate.ts";
import { renderText, renderValue } from "./respond.ts";

/** Where one form of metadata is accepted, both are recognised; the wrong one is refused by name. */
export const VIEWS: readonly View[] = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

/** For objects that are neither stored nor rendered as a Table. */
export const METADATA_VIEWS: readonly View[] = ["PartialObjectMetadata", "PartialObjectMetadataList"];

export const WATCH_VIEWS = ["Table", "PartialObjectMetadata"];

/** The negotiated form of the answer to a request for objects. */
export const acceptedBy = (
  { request, query, served, path }: RequestContext,
  views: readonly string[] = served.resource.withoutTable?.includes(path.subresource) ? METADATA_VIEWS : VIEWS,
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

/** The reverse: an object that a client sent at the version in the URL, as the kind is stored. */
export const atStoredVersion = ({ conversion }: Served, object: KubeObject): KubeObject =>
  conversion ? conversion.toStored(object) : object;

/** Whether a client is shown the metadata exactly as stored. */
export const showsStoredMetadata = ({ converter, resource }: Served): boolean =>
  !converter && !resource.annotationsOfConversion;

export function includeObject(query: URLSearchParams): IncludeObject {
  const parsed = parseIncludeObject(query.get("includeObject") ?? "");
  if (!parsed.ok) throw new ApiError(badRequest(parsed.message));
  return parsed.includeObject;
}

interface ViewReply {
  readonly accepted: Accepted;
  readonly status?: number;
}

/** The object of a stored text, which is the answer as it is unless the client requested another form or version. */
export const renderStored = (
  context: RequestContext,
  text: string,
  { accepted, status = 200 }: ViewReply,
): Response | Promise<Response> =>
  accepted.as === undefined && !context.served.conversion
    ? renderText(text, accepted, status)
    : renderView(context, parseObject(text), { accepted, status });

export function renderView(
  context: RequestContext,
  object: KubeObject,
  { accepted, status = 200 }: ViewReply,
): Response | Promise<Response> {
  const { as } = accepted;
  switch (as) {
    case undefined:
      return renderValue(atServedVersion(context.served, object), accepted, status);
    case "PartialObjectMetadata":
      return renderValue(
        atViewVersion(partialObjectMetadata(object, context.served.resource), accepted),
        accepted,
        status,
      );
    case "PartialObjectMetadataList":
      throw new ApiError(notAcceptable(mismatchMessage(context, as, { what: "not a list", suffix: "" })));
    default:
      return tableOf(context, [draftObject(object)], revisionOf(object)).then((table) =>
        renderValue(atViewVersion(table, accepted), accepted, status),
      );
  }
}

/** The object of a dry run has none. */
const revisionOf = ({ metadata: { resourceVersion } }: KubeObject): ListMeta =>
  resourceVersion === undefined ? {} : { resourceVersion };

export const mismatchMessage = (
  { served }: RequestContext,
  as: View,
  { what, suffix }: { readonly what: string; readonly suffix: string },
): string => `you requested ${as}, but the requested object is ${what} (*${goType(served)}${suffix})`;

/** What Kubernetes decodes objects as: a type of the group's internal package (`core`, `apps`, `rbac`), or any object. */
function goType({ custom, resource: { group, kind } }: Served): string {
  return custom ? "unstructured.Unstructured" : `${group === "" ? "core" : group.split(".")[0]}.${kind}`;
}

export const atViewVersion = <T extends object>(view: T, { viewVersion = "v1" }: Accepted): T =>
  viewAtVersion(view, viewVersion);

export interface ListMeta {
  /** Absent if nothing is stored. */
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Descriptions of columns that show a field. */
export const columnTexts = async ({ env }: RequestContext) => documentationLookup(await loadDocumentation(env.ASSETS));

export async function tableOf(context: RequestContext, objects: Iterable<KubeObject>, metadata: ListMeta) {
  const { served, query, now } = context;
  return renderTable(served.resource, objects, {
    now,
    includeObject: includeObject(query),
    metadata,
    documentation: await columnTexts(context),
    show: (object) => atServedVersion(served, object),
  });
}
