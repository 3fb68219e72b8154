import { canonicalJson } from "../../../api/machinery/json/json-canonical.ts";
import { type Shape, type StructShape, shapeOf } from "../../../api/schema/shape.ts";
import type { Struct } from "../../../api/schema/table.ts";

const scalars: Readonly<Record<string, unknown>> = {
  string: "text ü 𝄞 \u0000",
  bool: true,
  int32: -7,
  int64: 2 ** 40 + 1,
  double: -1.5,
  bytes: "aGkA/w==",
  Time: "2026-01-02T03:04:05Z",
  MicroTime: "2026-01-02T03:04:05.000060Z",
  Duration: "1m30s",
  Quantity: "1500m",
  RawExtension: { apiVersion: "example.com/v1", kind: "Custom", spec: [1, "x", null] },
  FieldsV1: { "f:spec": {} },
  JSON: { a: [1] },
  JSONSchemaPropsOrBool: true,
  JSONSchemaPropsOrArray: [{ type: "string" }],
  JSONSchemaPropsOrStringArray: ["a", "b"],
};

/** Schemas contain schemas, many levels deep: they are filled only at the first level. */
const deepest = ({ name }: Struct) => (name.startsWith("apiextensions.") ? 6 : 9);

/** An object with every field of its type set; fields with two forms have both. */
export const filledObject = (struct: Struct): Record<string, unknown> =>
  filled(shapeOf(struct), 0, { turn: 0, deepest: deepest(struct) });

interface How {
  readonly turn: number;
  readonly deepest: number;
}

function filled({ fields }: StructShape, depth: number, how: How): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const { name, shape, declaration } of fields) {
    // Protobuf has no place for the kind of an object inside another.
    if (depth === 0 || declaration.number > 0) value[name] = filledValue(shape, depth, how);
  }
  return value;
}

function filledValue(shape: Shape, depth: number, how: How): unknown {
  const next = { ...how, turn: how.turn + 1 };
  if (shape.kind === "list") return [filledValue(shape.element, depth, how), filledValue(shape.element, depth, next)];
  if (shape.kind === "map")
    return { a: filledValue(shape.element, depth, how), b: filledValue(shape.element, depth, next) };
  if (shape.kind === "struct")
    return depth >= how.deepest ? canonicalJson({}, shape.struct.struct) : filled(shape.struct, depth + 1, how);
  return shape.scalar === "IntOrString" ? (how.turn % 2 === 0 ? "25%" : -3) : scalars[shape.scalar];
}
