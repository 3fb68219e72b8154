/** Lists that the store renders itself: those whose items can be made from the stored texts alone. */

import { apiVersionOf } from "../../../api/machinery/meta.ts";
import { ProtobufList } from "../../../api/machinery/protobuf/list.ts";
import { hasNoPrinter, renderTable } from "../../../api/resources/table.ts";
import type { ItemRequest, ListFrame } from "../../../api/store/store.ts";
import type { RequestContext } from "../../request-context.ts";
import { selectsAsRead } from "../../storage/selecting-store.ts";
import { PROTOBUF } from "../media-types.ts";
import { includesEmptyContinue } from "../response/list-views.ts";
import { type Accepted, noSuchForm } from "../response/negotiate.ts";
import { atViewVersion, columnTexts, includeObject, showsStoredMetadata } from "../response/views.ts";

export interface StreamedForm extends Pick<ListFrame, "open"> {
  readonly nullIfEmpty: boolean;
  readonly items: ItemRequest;
}

export async function streamedForm(context: RequestContext, accepted: Accepted): Promise<StreamedForm | undefined> {
  const { served, query } = context;
  if (accepted.type === "application/yaml" || accepted.pretty || selectsAsRead(served, query)) return undefined;
  switch (accepted.as) {
    case undefined:
      return served.conversion || served.converter ? undefined : listOfObjects(context, accepted);
    case "PartialObjectMetadataList":
      return showsStoredMetadata(context.served) ? listOfMetadata(accepted) : undefined;
    case "Table":
      return rowsOfTable(context, accepted);
    default:
      return undefined;
  }
}

const RESOURCE_VERSION = '"resourceVersion":""';

function listOfObjects(context: RequestContext, accepted: Accepted): StreamedForm {
  const { group, version, custom, resource } = context.served;
  const { kind, listKind = `${kind}List` } = resource;
  const apiVersion = apiVersionOf(group, version);
  if (accepted.type === PROTOBUF) return protobufList({ apiVersion, kind: listKind });
  const metadata = includesEmptyContinue(context, accepted) ? `"continue":"",${RESOURCE_VERSION}` : RESOURCE_VERSION;
  return {
    open: `{"kind":"${listKind}","apiVersion":"${apiVersion}","metadata":{${metadata}},"items":[`,
    nullIfEmpty: false,
    items: { dropPrefix: custom ? "" : `{"kind":"${kind}","apiVersion":"${apiVersion}",` },
  };
}

function listOfMetadata({ type, viewVersion = "v1" }: Accepted): StreamedForm {
  const apiVersion = `meta.k8s.io/${viewVersion}`;
  if (type === PROTOBUF) return protobufList({ apiVersion, kind: "PartialObjectMetadataList" });
  return {
    open: `{"kind":"PartialObjectMetadataList","apiVersion":"${apiVersion}","metadata":{${RESOURCE_VERSION}},"items":[`,
    nullIfEmpty: true,
    items: { metadataAfter: metadataAfter(apiVersion) },
  };
}

const metadataAfter = (apiVersion: string) =>
  `{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":`;

async function rowsOfTable(context: RequestContext, accepted: Accepted): Promise<StreamedForm | undefined> {
  const { served, query, now } = context;
  const { custom, conversion, resource } = served;
  const include = includeObject(query);
  if (accepted.type === PROTOBUF || custom || conversion || resource.rowOrder || !showsStoredMetadata(context.served))
    return undefined;
  if (include === "Object") return undefined;
  const documentation = await columnTexts(context);
  const empty = renderTable(resource, [], { now, includeObject: include, metadata: {}, documentation });
  const { rows: _, metadata: __, columnDefinitions, kind, apiVersion } = atViewVersion(empty, accepted);
  const columns = JSON.stringify(columnDefinitions);
  return {
    open: `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":{${RESOURCE_VERSION}},"columnDefinitions":${columns},"rows":[`,
    nullIfEmpty: hasNoPrinter(resource),
    items: {
      rowsOf: { apiVersion: apiVersionOf(resource.group, resource.version), kind: resource.kind },
      ...(include === "Metadata" && { objectAfter: metadataAfter(apiVersion) }),
    },
  };
}

function protobufList(list: { readonly apiVersion: string; readonly kind: string }): StreamedForm {
  if (!ProtobufList.of(list)) throw noSuchForm();
  // The store builds its envelope.
  return { open: "", nullIfEmpty: false, items: { protobufList: list } };
}
