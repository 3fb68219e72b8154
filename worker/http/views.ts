/** The forms in which a client may ask for objects: themselves, a Table, or their metadata alone. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { partialObjectMetadata, partialObjectMetadataList } from "../../api/machinery/partial-metadata.ts";
import { badRequest } from "../../api/machinery/status.ts";
import { type IncludeObject, parseIncludeObject, renderTable } from "../../api/machinery/table.ts";
import type { Served } from "../registry/registry.ts";
import { ApiError } from "./api-error.ts";
import type { RequestContext } from "./context.ts";
import type { Accepted } from "./negotiate.ts";
import { renderValue } from "./respond.ts";

export const OBJECT_VIEWS = ["Table", "PartialObjectMetadata"];
export const LIST_VIEWS = ["Table", "PartialObjectMetadataList"];
export const WATCH_VIEWS = ["Table", "PartialObjectMetadata"];

/** The object at the version that the URL names. */
export const atServedVersion = ({ conversion }: Served, object: KubeObject): KubeObject =>
  conversion ? conversion.fromStored(object) : object;

export function includeObject(query: URLSearchParams): IncludeObject {
  const parsed = parseIncludeObject(query.get("includeObject") ?? "");
  if (!parsed.ok) throw new ApiError(badRequest(parsed.message));
  return parsed.includeObject;
}

export function renderView(context: RequestContext, object: KubeObject, accepted: Accepted, status = 200): Response {
  const shown = atServedVersion(context.served, object);
  switch (accepted.as) {
    case undefined:
      return renderValue(shown, accepted, status);
    case "PartialObjectMetadata":
      return renderValue(partialObjectMetadata(shown), accepted, status);
    default:
      return renderValue(
        tableOf(context, [object], { resourceVersion: object.metadata.resourceVersion ?? "" }),
        accepted,
        status,
      );
  }
}

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

export function renderListView(
  context: RequestContext,
  objects: readonly KubeObject[],
  metadata: ListMeta,
  accepted: Accepted,
): Response {
  const { served } = context;
  switch (accepted.as) {
    case "Table":
      return renderValue(tableOf(context, objects, metadata), accepted);
    case undefined:
      return renderValue(
        {
          kind: `${served.resource.kind}List`,
          apiVersion: apiVersionOf(served.group, served.version),
          metadata,
          items: objects.map((object) => itemOf(served, atServedVersion(served, object))),
        },
        accepted,
      );
    default:
      return renderValue(partialObjectMetadataList(objects, metadata), accepted);
  }
}

/** Kubernetes leaves kind and apiVersion out of the items of a list of built-in kinds. */
function itemOf({ custom }: Served, object: KubeObject): KubeObject {
  if (custom) return object;
  const { kind: _, apiVersion: __, ...item } = object;
  return item;
}

function tableOf({ served, query, now }: RequestContext, objects: readonly KubeObject[], metadata: ListMeta) {
  return renderTable(served.resource, objects, {
    now,
    includeObject: includeObject(query),
    metadata,
    show: (object) => atServedVersion(served, object),
  });
}
