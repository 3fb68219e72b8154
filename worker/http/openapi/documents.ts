/** The OpenAPI documents: version 3, one for each group version, and version 2, one for all. Functions from kinds to data. */
import { apiVersionOf } from "../../../api/machinery/meta.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { findStruct, structOfKind } from "../../../api/schema/table.ts";
import { customSchema, metadataOf, typeMembers } from "./custom-schema.ts";
import type { Documentation } from "./documentation.ts";
import { pathsOf } from "./paths.ts";
import { addStruct, type OpenApiVersion, reference, type Schema, type SchemaContext } from "./schemas.ts";
import { API_VERSION_TEXT, KIND_TEXT, LIST_METADATA_TEXT, listItemsText } from "./texts.ts";

interface ServedKind {
  readonly resource: Resource;
  readonly group: string;
  readonly version: string;
}

const servedKinds = (resources: readonly Resource[]): ServedKind[] =>
  resources.flatMap((resource) => [
    { resource, group: resource.group, version: resource.version },
    ...(resource.otherVersions ?? []).map(({ group = resource.group, version }) => ({ resource, group, version })),
  ]);

/** `api/v1`, `apis/apps/v1`: the documents of version 3, by their path. */
export const documentPaths = (resources: readonly Resource[]): string[] =>
  [...new Set(servedKinds(resources).map(({ group, version }) => pathOf(group, version)))].sort();

const pathOf = (group: string, version: string) => (group === "" ? `api/${version}` : `apis/${group}/${version}`);

const INFO = { title: "Kubernetes", version: "v1.36.2" };
const SECURITY_TEXT = "Bearer Token authentication";

export interface DocumentRequest {
  readonly resources: readonly Resource[];
  readonly documentation: Documentation;
}

/** The document of one group version, or undefined if nothing is served there. */
export function openApiV3({ resources, documentation }: DocumentRequest, path: string): Schema | undefined {
  const kinds = servedKinds(resources).filter(({ group, version }) => pathOf(group, version) === path);
  if (kinds.length === 0) return undefined;
  const { paths, schemas } = describe(kinds, 3, documentation);
  return {
    openapi: "3.0.0",
    info: INFO,
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: { type: "apiKey", description: SECURITY_TEXT, name: "authorization", in: "header" },
      },
    },
  };
}

export function openApiV2({ resources, documentation }: DocumentRequest): Schema {
  const { paths, schemas } = describe(servedKinds(resources), 2, documentation);
  return {
    swagger: "2.0",
    info: INFO,
    paths,
    definitions: schemas,
    securityDefinitions: {
      BearerToken: { description: SECURITY_TEXT, type: "apiKey", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}

/** Schemas that answers of any kind are made of. */
const COMMON = ["meta.v1.DeleteOptions", "meta.v1.Status", "meta.v1.WatchEvent", "meta.v1.APIResourceList"];

function describe(kinds: readonly ServedKind[], version: OpenApiVersion, documentation: Documentation) {
  const context: SchemaContext = { version, documentation, schemas: new Map() };
  const paths: Record<string, Schema> = {};
  for (const name of COMMON) {
    const struct = findStruct(name);
    if (struct) addStruct(struct, context);
  }
  for (const served of kinds) {
    const { name, listName } = addKind(served, context);
    const { group, version: at } = served;
    const refs = { ref: reference(name, context), listRef: reference(listName, context) };
    const refTo = (of: { group: string; version: string; kind: string }) => {
      if (of.group === group && of.version === at && of.kind === served.resource.kind) return refs.ref;
      const struct = structOfKind(apiVersionOf(of.group, of.version), of.kind);
      return struct && reference(addStruct(struct, context), context);
    };
    Object.assign(paths, pathsOf(served.resource, { version, ...refs, refTo, at: { group, version: at } }));
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

/** A custom kind: the schema of its definition, under a name that Kubernetes would give it. */
function addCustomKind({ resource, group, version }: ServedKind, context: SchemaContext) {
  const domain = group.split(".").reverse().join(".");
  const name = `${domain}.${version}.${resource.kind}`;
  const listKind = resource.listKind ?? `${resource.kind}List`;
  const listName = `${domain}.${version}.${listKind}`;
  const schema = resource.structuralSchema ?? { type: "object" };
  const told = resource.fields && Object.keys(resource.fields);
  const selectable = told?.length ? { "x-kubernetes-selectable-fields": told.map((fieldPath) => ({ fieldPath })) } : {};
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
