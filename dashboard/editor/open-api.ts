/** The part of OpenAPI v3 that describes fields. */
export interface FieldSchema {
  readonly $ref?: string;
  readonly allOf?: readonly FieldSchema[];
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly items?: FieldSchema;
  readonly required?: readonly string[];
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, FieldSchema>> };
}

const PREFIX = "#/components/schemas/";

/** Resolves a reference; its own description takes precedence over that of its target. */
export function resolveReference(document: OpenApiDocument, schema: FieldSchema): FieldSchema {
  const reference = schema.$ref ?? schema.allOf?.find(({ $ref }) => $ref !== undefined)?.$ref;
  if (!reference?.startsWith(PREFIX)) return schema;
  const found = document.components?.schemas?.[reference.slice(PREFIX.length)];
  if (!found) return schema;
  return { ...found, ...(schema.description ? { description: schema.description } : {}) };
}

export function schemaOfKind(document: OpenApiDocument, apiVersion: string, kind: string): FieldSchema | undefined {
  const slash = apiVersion.indexOf("/");
  const [group, version] = [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
  return Object.values(document.components?.schemas ?? {}).find((schema) =>
    schema["x-kubernetes-group-version-kind"]?.some(
      (each) => each.group === group && each.version === version && each.kind === kind,
    ),
  );
}

/** `path` as in yaml-place.ts. */
export function schemaAt(
  document: OpenApiDocument,
  root: FieldSchema,
  path: readonly string[],
): FieldSchema | undefined {
  let schema: FieldSchema | undefined = resolveReference(document, root);
  for (const step of path) {
    const { items, properties, additionalProperties }: FieldSchema = schema;
    const further = typeof additionalProperties === "object" ? additionalProperties : undefined;
    const next: FieldSchema | undefined = step === "[]" ? items : (properties?.[step] ?? further);
    if (!next) return undefined;
    schema = resolveReference(document, next);
  }
  return schema;
}
