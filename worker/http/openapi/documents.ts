/**
 * The OpenAPI documents: version 3, one per group version, and version 2, one for all. Functions from kinds to data.
 */
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { apiVersionOf } from "../../../api/machinery/meta.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { findStruct, structOf, structOfKind } from "../../../api/schema/table.ts";
import { type ServedKind, servedKinds } from "../discovery/served-kinds.ts";
import type { Documentation } from "../documentation.ts";
import { customSchema, metadataOf, typeMembers } from "./custom-schema.ts";
import { groupIndex, type IndexContext, OTHER_PATHS, versionIndex, versionInfoSchema } from "./index-paths.ts";
import { pathsOf } from "./paths.ts";
import { addStruct, type OpenApiVersion, reference, type Schema, type SchemaContext } from "./schemas.ts";
import { API_VERSION_TEXT, KIND_TEXT, LIST_METADATA_TEXT, listItemsText } from "./texts.ts";

/** The paths of the version 3 documents: `api/v1`, `apis/apps`, `apis/apps/v1`, `version`. */
export const documentPaths = (resources: readonly Resource[]): string[] =>
  [
    ...new Set([
      ...servedKinds(resources).map(({ group, version }) => pathOf(group, version)),
      ...indexedGroups(resources).map(groupPathOf),
      ...Object.keys(OTHER_PATHS),
    ]),
  ].sort();

/** Custom groups, and those of other API servers, have no document of their own. */
const indexedGroups = (resources: readonly Resource[]): string[] => [
  ...new Set(servedKinds(resources.filter(isOwn)).map(({ group }) => group)),
];

const isOwn = ({ structuralSchema, group }: Resource) => !structuralSchema && group !== "metrics.k8s.io";

const groupPathOf = (group: string) => (group === "" ? "api" : `apis/${group}`);
const pathOf = (group: string, version: string) => (group === "" ? `api/${version}` : `apis/${group}/${version}`);

const INFO = { title: "Kubernetes", version: "v1.36.2" };
/** For version 3, and within it for documents about custom kinds. */
const INFO_V3 = { title: "Kubernetes", version: "1.36" };
const INFO_CUSTOM = { title: "Kubernetes CRD Swagger", version: "v0.1.0" };
const SECURITY_TEXT = "Bearer Token authentication";

export interface DocumentRequest {
  readonly resources: readonly Resource[];
  readonly documentation: Documentation;
}

/** The document at one of documentPaths, or undefined if there is none. */
export function openApiV3({ resources, documentation }: DocumentRequest, path: string): Schema | undefined {
  const kinds = servedKinds(resources).filter(({ group, version }) => pathOf(group, version) === path);
  const described =
    kinds.length > 0 ? describe(kinds, 3, documentation) : describeIndex(resources, documentation, path);
  if (!described) return undefined;
  return {
    openapi: "3.0.0",
    info: kinds.some(({ resource }) => resource.structuralSchema) ? INFO_CUSTOM : INFO_V3,
    paths: described.paths,
    components: {
      ...(Object.keys(described.schemas).length > 0 ? { schemas: described.schemas } : {}),
      securitySchemes: {
        BearerToken: { type: "apiKey", description: SECURITY_TEXT, name: "authorization", in: "header" },
      },
    },
  };
}

/** Paths that are about no kind. */
function describeIndex(resources: readonly Resource[], documentation: Documentation, path: string) {
  const context: SchemaContext = { version: 3, documentation, schemas: new Map() };
  const group = indexedGroups(resources).find((each) => groupPathOf(each) === path);
  const index = indexContext(context);
  const paths = group === undefined ? ownMember(OTHER_PATHS, path)?.(index) : groupIndex(group, index);
  return paths && { paths, schemas: sorted(Object.fromEntries(context.schemas)) };
}

const VERSION_INFO = "io.k8s.apimachinery.pkg.version.Info";

const indexContext = (context: SchemaContext): IndexContext => ({
  version: context.version,
  meta: (name) => reference(addNamed(`meta.v1.${name}`, context), context),
  versionInfo() {
    context.schemas.set(VERSION_INFO, versionInfoSchema(context.version));
    return reference(VERSION_INFO, context);
  },
});

export function openApiV2({ resources, documentation }: DocumentRequest): Schema {
  const { paths, schemas } = describe(servedKinds(resources), 2, documentation);
  const context: SchemaContext = { version: 2, documentation, schemas: new Map(Object.entries(schemas)) };
  const index = indexContext(context);
  for (const group of indexedGroups(resources)) Object.assign(paths, groupIndex(group, index));
  for (const other of Object.values(OTHER_PATHS)) Object.assign(paths, other(index));
  return {
    swagger: "2.0",
    info: INFO,
    paths: sorted(paths),
    definitions: sorted(Object.fromEntries(context.schemas)),
    securityDefinitions: {
      BearerToken: { description: SECURITY_TEXT, type: "apiKey", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}

/** Schemas that appear in answers about any kind. */
const COMMON = ["meta.v1.DeleteOptions", "meta.v1.Status", "meta.v1.WatchEvent", "meta.v1.APIResourceList"];

/** Kinds that are registered in every group version. */
const OF_ALL_GROUPS = ["DeleteOptions", "WatchEvent"];

function addKinds(kind: string, kinds: readonly ServedKind[], { schemas }: SchemaContext): void {
  const name = `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`;
  const versions = new Map(kinds.map(({ group, version }) => [pathOf(group, version), { group, kind, version }]));
  const groupVersionKinds = [...new Map([["api/v1", { group: "", kind, version: "v1" }], ...versions]).values()];
  schemas.set(name, { ...schemas.get(name), "x-kubernetes-group-version-kind": groupVersionKinds });
}

const PATCH = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

const addNamed = (name: string, context: SchemaContext): string => addStruct(structOf(name), context);

function describe(kinds: readonly ServedKind[], version: OpenApiVersion, documentation: Documentation) {
  const context: SchemaContext = { version, documentation, schemas: new Map() };
  const paths: Record<string, Schema> = {};
  for (const name of COMMON) addNamed(name, context);
  context.schemas.set(PATCH, {
    description: "The body of a patch, in the form that its media type says.",
    type: "object",
  });
  for (const name of OF_ALL_GROUPS) addKinds(name, kinds, context);
  const common = {
    patch: reference(PATCH, context),
    deleteOptions: reference(addNamed("meta.v1.DeleteOptions", context), context),
    status: reference(addNamed("meta.v1.Status", context), context),
    watchEvent: reference(addNamed("meta.v1.WatchEvent", context), context),
  };
  for (const served of kinds) {
    const { name, listName } = addKind(served, context);
    const { group, version: at } = served;
    if (!served.resource.structuralSchema) Object.assign(paths, versionIndex(group, at, indexContext(context)));
    const refs = { ref: reference(name, context), listRef: reference(listName, context) };
    const refTo = (of: { group: string; version: string; kind: string }) => {
      if (of.group === group && of.version === at && of.kind === served.resource.kind) return refs.ref;
      const struct = structOfKind(apiVersionOf(of.group, of.version), of.kind);
      return struct && reference(addStruct(struct, context), context);
    };
    Object.assign(paths, pathsOf(served.resource, { version, ...refs, common, refTo, at: { group, version: at } }));
  }
  return { paths: sorted(paths), schemas: sorted(Object.fromEntries(context.schemas)) };
}

const sorted = (record: Readonly<Record<string, Schema>>): Record<string, Schema> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function addKind({ resource, group, version }: ServedKind, context: SchemaContext): { name: string; listName: string } {
  const struct = structOfKind(apiVersionOf(group, version), resource.kind);
  if (!struct) return addCustomKind({ resource, group, version }, context);
  const name = addStruct(struct, context);
  const list = (resource.verbs ?? ["list"]).includes("list") ? findStruct(`${struct.name}List`) : undefined;
  return { name, listName: list ? addStruct(list, context) : name };
}

/** A custom kind: the schema from its definition, under the name that Kubernetes would give it. */
function addCustomKind({ resource, group, version }: ServedKind, context: SchemaContext) {
  const domain = group.split(".").reverse().join(".");
  const name = `${domain}.${version}.${resource.kind}`;
  const listKind = resource.listKind ?? `${resource.kind}List`;
  const listName = `${domain}.${version}.${listKind}`;
  const schema = resource.structuralSchema ?? { type: "object" };
  const fieldNames = resource.fields && Object.keys(resource.fields);
  const selectable = fieldNames?.length
    ? { "x-kubernetes-selectable-fields": fieldNames.map((fieldPath) => ({ fieldPath })) }
    : {};
  context.schemas.set(name, {
    ...customSchema(schema, context),
    "x-kubernetes-group-version-kind": [{ group, version, kind: resource.kind }],
    ...selectable,
  });
  context.schemas.set(listName, {
    description: `${listKind} is a list of ${resource.kind}`,
    type: "object",
    required: ["items"],
    properties: {
      ...typeMembers(API_VERSION_TEXT, KIND_TEXT),
      metadata: metadataOf("meta.v1.ListMeta", LIST_METADATA_TEXT, context),
      items: { description: listItemsText(resource.plural), type: "array", items: reference(name, context) },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind: listKind }],
    ...selectable,
  });
  return { name, listName };
}
