/**
 * Why an object does not fit its Go type, in the words of Kubernetes' own converter: the result of a strategic merge is
 * not decoded from JSON, but set into the struct field by field. Types with custom unmarshalers report their own
 * errors.
 */

import { type Shape, type StructShape, shapeOf } from "../../schema/shape.ts";
import type { Struct } from "../../schema/table.ts";
import { DecodeProblem, decodeScalar, TextProblem, TypeMismatch } from "../decode/decode-scalar.ts";
import { exactJson, isWholeNumber } from "../json/exact-json.ts";
import { isJsonObject } from "../json/json-object.ts";

/** The first error in the order of Go's fields, or undefined. */
export function unstructuredProblem(object: unknown, struct: Struct): string | undefined {
  return problemOfStruct(object, shapeOf(struct));
}

function problemOfStruct(value: unknown, { fields }: StructShape): string | undefined {
  if (!isJsonObject(value)) return `cannot restore struct from: ${goKind(value)}`;
  for (const { name, shape } of fields) {
    const problem = problemOf(value[name], shape);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(value: unknown, shape: Shape): string | undefined {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "struct":
      return problemOfStruct(value, shape.struct);
    case "list":
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      return firstProblem(value, shape.element);
    case "map":
      if (!isJsonObject(value)) return `cannot restore map from ${goKind(value)}`;
      return firstProblem(Object.values(value), shape.element);
    case "scalar":
      return problemOfScalar(value, shape);
  }
}

function firstProblem(values: readonly unknown[], shape: Shape): string | undefined {
  for (const value of values) {
    const problem = problemOf(value, shape);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const KINDS = { string: "string", bool: "bool", int32: "int32", int64: "int64", double: "float64" } as const;

function problemOfScalar(value: unknown, shape: Shape & { kind: "scalar" }): string | undefined {
  const { scalar, goType } = shape;
  const own = goKind(value);
  if (scalar === "bytes" && typeof value !== "string") return `cannot restore slice from ${own}`;
  if (!(scalar in KINDS)) return problemOfDecoding(value, shape);
  const kind = KINDS[scalar as keyof typeof KINDS];
  const isWhole = own === "int64";
  if (own === kind || (isWhole && kind !== "string" && kind !== "bool")) return undefined;
  // Go could convert a number to a string, or a float to an integer, but JSON has no such conversion.
  const isConvertible = (isWhole && kind === "string") || (own === "float64" && kind.startsWith("int"));
  return isConvertible ? `cannot convert ${own} to ${goType}` : `unrecognized type: ${kind}`;
}

function problemOfDecoding(value: unknown, shape: Shape & { kind: "scalar" }): string | undefined {
  try {
    decodeScalar(shape, exactJson(value), (_text, _struct) => ({}));
    return undefined;
  } catch (error) {
    if (error instanceof TypeMismatch)
      return `json: cannot unmarshal ${error.found} into Go value of type ${error.goType}`;
    if (error instanceof TextProblem) return `error decoding from json: ${error.message}`;
    if (!(error instanceof DecodeProblem)) throw error;
    return error.message;
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (isWholeNumber(value)) return "int64";
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map";
}
