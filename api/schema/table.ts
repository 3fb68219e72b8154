/**
 * The table of all built-in types, from which validation, defaulting, patches, server-side apply, protobuf, OpenAPI and
 * the TypeScript types are derived. A group's text is parsed when one of its types is first needed.
 */
import { sources } from "./groups/index.ts";
import { type FieldDeclaration, parseTypes, type StructDeclaration } from "./idl.ts";

export interface Field extends FieldDeclaration {
  /** The embedded types through which the struct has it, outermost first: `VolumeSource`. */
  readonly within?: readonly string[];
}

/** A struct with its JSON view (`fields`, embedded types flattened) and its protobuf view (`declaration.fields`). */
export interface Struct {
  readonly name: string;
  /** The name in OpenAPI documents: `io.k8s.api.core.v1.PodSpec`. */
  readonly openapiName: string;
  readonly declaration: StructDeclaration;
  /** By JSON name; apiVersion and kind come first on a kind. */
  readonly fields: ReadonlyMap<string, Field>;
}

const declarations = new Map<string, Map<string, StructDeclaration>>();
const structs = new Map<string, Struct>();

/** The struct of that full name (`core.v1.PodSpec`, `core.v1.PodList`), or undefined. */
export function findStruct(name: string): Struct | undefined {
  const known = structs.get(name);
  if (known) return known;
  const declaration = findDeclaration(name);
  if (!declaration) return undefined;
  const struct: Struct = {
    name,
    openapiName: `${declaration.source.package}.${localName(name)}`,
    declaration,
    fields: new Map(jsonFields(declaration).map((field) => [field.name, field])),
  };
  structs.set(name, struct);
  return struct;
}

/** The struct with that full name, which must exist: names come from our own table. */
export function structOf(name: string): Struct {
  const struct = findStruct(name);
  if (!struct) throw new Error(`no such type in the schema table: ${name}`);
  return struct;
}

/** Of kinds that were asked for. There are as many as are declared: others are not kept. */
const kinds = new Map<string, Map<string, Struct>>();

/** The struct of a kind, by an object's fields: `("apps/v1", "Deployment")`. */
export function structOfKind(apiVersion: string, kind: string): Struct | undefined {
  const known = kinds.get(apiVersion)?.get(kind);
  if (known) return known;
  const found = declaredKind(apiVersion, kind);
  if (found) kinds.set(apiVersion, (kinds.get(apiVersion) ?? new Map<string, Struct>()).set(kind, found));
  return found;
}

function declaredKind(apiVersion: string, kind: string): Struct | undefined {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  for (const source of sources) {
    if (source.group !== group || source.version !== version) continue;
    const struct = findStruct(`${source.name}.${kind}`);
    if (struct?.declaration.kind) return struct;
  }
  return undefined;
}

/** Every declared struct of every group, in the table's order, without the derived List types. */
export function allStructs(): Struct[] {
  return sources.flatMap((source) => [...declarationsOf(source.name).values()].map(({ name }) => structOf(name)));
}

function declarationsOf(sourceName: string): Map<string, StructDeclaration> {
  const known = declarations.get(sourceName);
  if (known) return known;
  const source = sources.find(({ name }) => name === sourceName);
  const parsed = new Map((source ? parseTypes(source) : []).map((struct) => [struct.name, struct]));
  declarations.set(sourceName, parsed);
  return parsed;
}

function findDeclaration(name: string): StructDeclaration | undefined {
  const declared = declarationsOf(name.slice(0, name.lastIndexOf(".")));
  const own = declared.get(name);
  if (own || !name.endsWith("List")) return own;
  const item = declared.get(name.slice(0, -"List".length));
  return item?.kind ? listOf(item) : undefined;
}

const listOf = (item: StructDeclaration): StructDeclaration => ({
  name: `${item.name}List`,
  source: item.source,
  kind: true,
  atomic: false,
  fields: [
    plainField(1, "metadata", "meta.v1.ListMeta"),
    { ...plainField(2, "items", item.name), shape: "list", required: true, always: true },
  ],
});

const plainField = (number: number, name: string, type: string): Field => ({
  number,
  name,
  type,
  shape: "one",
  required: false,
  pointer: false,
  always: false,
  omitZero: false,
  atomicMap: false,
  granular: false,
  patchStrategy: [],
});

/** In protobuf, apiVersion and kind are in the envelope, so they have no number. */
const typeMeta: Field[] = [plainField(0, "apiVersion", "string"), plainField(0, "kind", "string")];

const jsonFields = (declaration: StructDeclaration): Field[] => [
  ...(declaration.kind ? typeMeta : []),
  ...declaration.fields.flatMap((field) => (field.name === "..." ? embedded(field.type) : [field])),
];

const embedded = (type: string): Field[] =>
  jsonFields(structOf(type).declaration).map((field) => ({
    ...field,
    within: [localName(type), ...(field.within ?? [])],
  }));

const localName = (name: string) => name.slice(name.lastIndexOf(".") + 1);
