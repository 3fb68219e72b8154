/**
 * Parts of built-in kinds that are user-defined JSON, such as defaults in a custom resource's schema: integers there
 * stay exact. All others are used by code, and are JavaScript numbers.
 */
import type { Scalar } from "../../schema/idl.ts";
import { type Shape, type StructShape, shapeOf } from "../../schema/shape.ts";
import { type Struct, structOf } from "../../schema/table.ts";
import { membersOf } from "./json-object.ts";

const FREE: ReadonlySet<Scalar> = new Set<Scalar>(["JSON", "RawExtension"]);
const SCHEMA_OR: ReadonlySet<Scalar> = new Set<Scalar>(["JSONSchemaPropsOrBool", "JSONSchemaPropsOrArray"]);

const freeStructs = new WeakMap<StructShape, boolean>();

export const holdsFreeJson = (struct: Struct): boolean => structHoldsFreeJson(shapeOf(struct));

function structHoldsFreeJson(struct: StructShape): boolean {
  const known = freeStructs.get(struct);
  if (known !== undefined) return known;
  // For a recursive type the answer is not known yet: its other fields decide.
  freeStructs.set(struct, false);
  const isFree = struct.fields.some(({ shape }) => holdsFreeJsonIn(shape));
  freeStructs.set(struct, isFree);
  return isFree;
}

function holdsFreeJsonIn(shape: Shape): boolean {
  if (shape.kind === "struct") return structHoldsFreeJson(shape.struct);
  return shape.kind === "scalar" ? FREE.has(shape.scalar) : holdsFreeJsonIn(shape.element);
}

/** Modifies an exactly parsed value: numbers outside of free-form JSON round. */
export const roundTyped = (value: object, struct: Struct): void => roundMembers(value, shapeOf(struct));

function roundMembers(value: object, { fields }: StructShape): void {
  const members = membersOf(value);
  for (const { name, shape } of fields) {
    if (members[name] !== undefined) members[name] = rounded(members[name], shape);
  }
}

function rounded(value: unknown, shape: Shape): unknown {
  if (typeof value === "bigint") return shape.kind === "scalar" && FREE.has(shape.scalar) ? value : Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (shape.kind === "struct") roundMembers(value, shape.struct);
  else if (shape.kind !== "scalar") {
    const elements = membersOf(value);
    for (const [key, element] of Object.entries(value)) elements[key] = rounded(element, shape.element);
  } else if (SCHEMA_OR.has(shape.scalar)) {
    const schema = shapeOf(structOf("apiextensions.v1.JSONSchemaProps"));
    for (const one of Array.isArray(value) ? value : [value]) roundMembers(one as object, schema);
  }
  return value;
}
