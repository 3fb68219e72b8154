/** A built-in type as an expression type, equivalent to its OpenAPI schema (apiserver pkg/cel/openapi). */
import { type FieldShape, type Shape, type StructShape, shapeOf } from "../../../schema/shape.ts";
import type { Struct } from "../../../schema/table.ts";
import { selectableNames } from "../values/from-json.ts";
import { BOOL, BYTES, DOUBLE, DYN, INT, listOf, mapOf, STRING, TIMESTAMP, type Type } from "../values/type.ts";

/** Types are recursive: each is created once, before its fields. */
const known = new Map<StructShape, Type>();

export const typeOfStruct = (struct: Struct): Type => objectType(shapeOf(struct));

function objectType(shape: StructShape): Type {
  const made = known.get(shape);
  if (made) return made;
  const fields = new Map<string, Type>();
  const type: Type = { kind: "object", name: shape.goName, fields };
  known.set(shape, type);
  for (const field of shape.fields) {
    const ofField = fieldType(field);
    for (const name of selectableNames(field.name)) fields.set(name, ofField);
  }
  return type;
}

const fieldType = ({ shape }: FieldShape): Type => typeOf(shape);

function typeOf(shape: Shape): Type {
  switch (shape.kind) {
    case "list":
      return listOf(typeOf(shape.element));
    case "map":
      return mapOf(STRING, typeOf(shape.element));
    case "struct":
      return objectType(shape.struct);
    case "scalar":
      return scalars[shape.scalar] ?? DYN;
  }
}

/** Anything but plain values (a quantity, raw JSON) is checked at run time. */
const scalars: Readonly<Record<string, Type | undefined>> = {
  string: STRING,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
  Time: TIMESTAMP,
  MicroTime: TIMESTAMP,
  Duration: STRING,
};
