/**
 * OpenAPI schemas from the schema table. Versions 2 and 3 differ slightly: where definitions live, and whether a
 * reference may carry a description.
 */
import { exactJson } from "../../../api/machinery/json/exact-json.ts";
import { isScalar, type Scalar } from "../../../api/schema/idl.ts";
import { type Field, type Struct, structOf } from "../../../api/schema/table.ts";
import { type Documentation, VALUES } from "../documentation.ts";
import { API_VERSION_TEXT, KIND_TEXT, QUANTITY_TEXT } from "./texts.ts";

export type Schema = Readonly<Record<string, unknown>>;
export type OpenApiVersion = 2 | 3;

export interface SchemaContext {
  readonly version: OpenApiVersion;
  readonly documentation: Documentation;
  /** Every referenced schema is added here, by name. */
  readonly schemas: Map<string, Schema>;
}

/** Adds a struct and everything that it refers to. Returns its name. */
export function addStruct(struct: Struct, context: SchemaContext): string {
  const { openapiName, declaration, name } = struct;
  if (context.schemas.has(openapiName)) return openapiName;
  // Reserves the name: schemas refer to themselves.
  context.schemas.set(openapiName, {});
  const texts = context.documentation[name] ?? {};
  const properties: Record<string, Schema> = {};
  for (const field of [...struct.fields.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    properties[field.name] = propertySchema(field, textOf(field, texts, struct), context);
  }
  const required = [...struct.fields.values()].filter((field) => field.required).map((field) => field.name);
  context.schemas.set(openapiName, {
    ...(texts[""] ? { description: texts[""] } : listText(struct)),
    type: "object",
    ...(required.length > 0 ? { required } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(declaration.kind ? { "x-kubernetes-group-version-kind": kindsOf(struct) } : {}),
    ...(declaration.atomic ? { "x-kubernetes-map-type": "atomic" } : {}),
    ...(declaration.union ? { "x-kubernetes-unions": [unionOf(declaration.union)] } : {}),
  });
  return openapiName;
}

function textOf(field: Field, texts: Readonly<Record<string, string>>, struct: Struct) {
  if (struct.declaration.kind && field.name === "apiVersion" && field.number === 0) return API_VERSION_TEXT;
  if (struct.declaration.kind && field.name === "kind" && field.number === 0) return KIND_TEXT;
  return texts[field.name];
}

const listText = ({ name }: Struct) =>
  name.endsWith("List") ? { description: `${localName(name)} is a list of ${localName(name).slice(0, -4)}.` } : {};

const localName = (name: string) => name.slice(name.lastIndexOf(".") + 1);

const kindsOf = ({ name, declaration: { source } }: Struct) => [
  { group: source.group === "meta" ? "" : source.group, kind: localName(name), version: source.version },
];

const unionOf = ({ discriminator, fields }: NonNullable<Struct["declaration"]["union"]>) => ({
  ...(discriminator === "" ? {} : { discriminator }),
  "fields-to-discriminateBy": fields,
});

function propertySchema(field: Field, description: string | undefined, context: SchemaContext): Schema {
  const element = { ...elementSchema(field.type, context), ...(field.enum ? { enum: field.enum } : {}) };
  const text = field.enum && field.shape === "one" ? withValues(description ?? "", field.enum) : description;
  const extensions = extensionsOf(field);
  const isBare = text === undefined && Object.keys(extensions).length === 0;
  return {
    ...(text === undefined ? {} : { description: text }),
    ...(field.shape === "one"
      ? one(field, element, { ...context, isBare })
      : collectionSchema(field, element, context)),
    ...extensions,
  };
}

/** Appends what the values mean. */
const withValues = (text: string, values: readonly string[]) =>
  text.includes(VALUES) ? text : `${text}${VALUES}${values.map((value) => `\n - \`${exactJson(value)}\``).join("")}`;

function one(
  field: Field,
  element: Schema,
  { version, isBare }: { readonly version: OpenApiVersion; readonly isBare: boolean },
): Schema {
  const defaults = version === 3 ? defaultOf(field.default ?? zeroOf(field)) : {};
  const standsAlone = isBare && Object.keys(defaults).length === 0;
  // Version 3 ignores whatever stands beside a reference, so the reference goes into allOf.
  return "$ref" in element && version === 3 && !standsAlone
    ? { ...defaults, allOf: [element] }
    : { ...defaults, ...element };
}

/** Go's zero value where there is no other default: for structs by value, and texts that are always present. */
function zeroOf({ pointer, type, always }: Field): unknown {
  if (pointer) return undefined;
  if (!isScalar(type)) return {};
  return type === "string" && always ? "" : undefined;
}

/** Version 2 has no defaults. */
const defaultOf = (value: unknown) => (value === undefined ? {} : { default: value });

function collectionSchema({ shape, default: fallback }: Field, element: Schema, { version }: SchemaContext): Schema {
  const defaults = version === 3 ? defaultOf(fallback) : {};
  return shape === "list"
    ? { ...defaults, type: "array", items: element }
    : { ...defaults, type: "object", additionalProperties: element };
}

function extensionsOf({ listType, listKeys, atomicMap, granular, patchStrategy, patchMergeKey }: Field): Schema {
  return {
    ...(listKeys ? { "x-kubernetes-list-map-keys": listKeys } : {}),
    ...(listType ? { "x-kubernetes-list-type": listType } : {}),
    ...(atomicMap || granular ? { "x-kubernetes-map-type": atomicMap ? "atomic" : "granular" } : {}),
    ...(patchMergeKey ? { "x-kubernetes-patch-merge-key": patchMergeKey } : {}),
    ...(patchStrategy.length > 0 ? { "x-kubernetes-patch-strategy": patchStrategy.join(",") } : {}),
  };
}

function elementSchema(type: string, context: SchemaContext): Schema {
  if (!isScalar(type)) return reference(addStruct(structOf(type), context), context);
  const plain = PLAIN[type];
  if (plain) return plain;
  const [name, schema] = namedScalar(type, context.version);
  const description = type === "Quantity" ? QUANTITY_TEXT : context.documentation[type]?.[""];
  context.schemas.set(name, description === undefined ? schema : { description, ...schema });
  return reference(name, context);
}

export const reference = (name: string, { version }: Pick<SchemaContext, "version">): Schema => ({
  $ref: `#/${version === 3 ? "components/schemas" : "definitions"}/${name}`,
});

const PLAIN: Partial<Record<Scalar, Schema>> = {
  string: { type: "string" },
  bool: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  bytes: { type: "string", format: "byte" },
  StringList: { type: "array", items: { type: "string" } },
};

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** Scalars that have schemas of their own. */
function namedScalar(type: Scalar, version: OpenApiVersion): [name: string, schema: Schema] {
  switch (type) {
    case "Time":
    case "MicroTime":
      return [`${META}.${type}`, { type: "string", format: "date-time" }];
    case "Duration":
      return [`${META}.Duration`, { type: "string" }];
    case "FieldsV1":
      return [`${META}.FieldsV1`, { type: "object" }];
    case "Quantity":
      return [
        "io.k8s.apimachinery.pkg.api.resource.Quantity",
        version === 3 ? { oneOf: [{ type: "string" }, { type: "number" }] } : { type: "string" },
      ];
    case "IntOrString":
      return [
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        version === 3
          ? { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] }
          : { type: "string", format: "int-or-string" },
      ];
    case "RawExtension":
      return ["io.k8s.apimachinery.pkg.runtime.RawExtension", { type: "object" }];
    default:
      return [`${EXTENSIONS}.${type}`, {}];
  }
}
