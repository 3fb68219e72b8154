/** What a strategic merge must know of a place in an object: its members, and how each of them is patched. */

import { isScalar } from "../../schema/idl.ts";
import { type Field, findStruct, type Struct } from "../../schema/table.ts";

export type PatchSchema =
  | { readonly kind: "struct"; readonly struct: Struct }
  | { readonly kind: "map"; readonly element: Field }
  | { readonly kind: "list"; readonly element: PatchSchema }
  /** A type with its own wire format; in Go it is a struct without members (RawExtension), or not a struct at all. */
  | { readonly kind: "leaf"; readonly name: string };

export interface PatchMember {
  readonly schema: PatchSchema;
  /** `merge`, `replace` or none; `retainKeys` is not a strategy here, since the patch itself requests it. */
  readonly strategy: string;
  readonly mergeKey: string;
}

/** Errors of the lookup, worded as by the real server; they are 500s. */
export class PatchSchemaError extends Error {}

export const patchSchemaOf = (struct: Struct): PatchSchema => ({ kind: "struct", struct });

export function memberOf(schema: PatchSchema, key: string): PatchMember {
  if (schema.kind === "map") return { schema: elementOf(schema.element), strategy: "", mergeKey: "" };
  const field = schema.kind === "struct" ? schema.struct.fields.get(key) : undefined;
  if (!field)
    throw new PatchSchemaError(`unable to find api field in struct ${goName(schema)} for the json field "${key}"`);
  return {
    schema:
      field.shape === "one" ? elementOf(field) : ({ kind: field.shape, element: elementOrField(field) } as PatchSchema),
    strategy: field.patchStrategy.find((strategy) => strategy !== "retainKeys") ?? "",
    mergeKey: field.patchMergeKey ?? "",
  };
}

const elementOrField = (field: Field) => (field.shape === "list" ? elementOf(field) : field);

function elementOf(field: Field): PatchSchema {
  const struct = isScalar(field.type) ? undefined : findStruct(field.type);
  return struct ? { kind: "struct", struct } : { kind: "leaf", name: field.type };
}

/** The member's items, for patching a list. */
export function listMemberOf(schema: PatchSchema, key: string): PatchMember {
  const member = memberOf(schema, key);
  if (member.schema.kind !== "list")
    throw new PatchSchemaError(`expected slice or array type, but got: ${schema.kind}`);
  return { ...member, schema: member.schema.element };
}

const goName = (schema: PatchSchema) =>
  schema.kind === "struct"
    ? schema.struct.name.slice(schema.struct.name.lastIndexOf(".") + 1)
    : "name" in schema
      ? schema.name
      : "";

/** The kind of the element, as printed in `cannot merge lists without merge key for …`. */
export const goKind = (schema: PatchSchema): string =>
  schema.kind === "list"
    ? "slice"
    : schema.kind === "leaf" && schema.name === "string"
      ? "string"
      : schema.kind === "map"
        ? "map"
        : "struct";
