/**
 * Encodes objects as Kubernetes' protobuf messages, byte for byte like its generated Go code: fields that Go holds by
 * value are written even if zero, pointers only if set, lists unpacked, maps sorted by key.
 */

import { type FieldDeclaration, isScalar, type Scalar } from "../../schema/idl.ts";
import { type Struct, structOf } from "../../schema/table.ts";
import { decodeBase64 } from "../encoding/base64.ts";
import { goJson } from "../json/go-json.ts";
import { membersOf } from "../json/json-object.ts";
import { parseDuration } from "../time/duration.ts";
import { ProtobufWriter, WIRE_FIXED64, WIRE_VARINT } from "./writer.ts";

/** The message of an object of that struct, without an envelope. */
export function encodeMessage(value: object, struct: Struct): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  writeStruct(writer, membersOf(value), struct);
  return writer.finish();
}

function writeStruct(writer: ProtobufWriter, value: Record<string, unknown>, struct: Struct): void {
  for (const field of descending(struct)) {
    const member = field.name === "..." ? value : value[field.name];
    if (field.shape === "one") writeOne(writer, field, member);
    else if (member === undefined || member === null) continue;
    else if (field.shape === "list") {
      writeAll(writer, field.number, field.type, member as unknown[]);
    } else writeMap(writer, field, member as Record<string, unknown>);
  }
}

const ordered = new Map<Struct, readonly FieldDeclaration[]>();
function descending(struct: Struct): readonly FieldDeclaration[] {
  let fields = ordered.get(struct);
  if (!fields) {
    fields = struct.declaration.fields.toSorted((a, b) => b.number - a.number);
    ordered.set(struct, fields);
  }
  return fields;
}

function writeOne(writer: ProtobufWriter, field: FieldDeclaration, member: unknown): void {
  const isSet = member !== undefined && member !== null;
  // Bytes and string lists are nil in Go if they are unset, although they are not pointers.
  if (!isSet && (field.pointer || field.type === "bytes")) return;
  writeValue(writer, field.number, field.type, isSet ? member : undefined);
}

function writeMap(writer: ProtobufWriter, field: FieldDeclaration, map: Record<string, unknown>): void {
  for (const key of Object.keys(map).sort().reverse()) {
    const before = writer.length;
    writeValue(writer, 2, field.type, map[key]);
    writeValue(writer, 1, "string", key);
    writer.delimited(field.number, before);
  }
}

/** A value with its header; undefined is Go's zero value. */
export function writeValue(writer: ProtobufWriter, number: number, type: string, value: unknown): void {
  if (type === "bool" || type === "int32" || type === "int64") {
    writer.varint(Number(value ?? 0));
    writer.tag(number, WIRE_VARINT);
  } else if (type === "double") {
    writer.double(Number(value ?? 0));
    writer.tag(number, WIRE_FIXED64);
  } else {
    const before = writer.length;
    if (isScalar(type)) writeScalar(writer, type, value);
    else writeStruct(writer, (value ?? {}) as Record<string, unknown>, structOf(type));
    writer.delimited(number, before);
  }
}

/** The content of a length-delimited scalar. Null is a value only for JSON; for all others it is the zero value. */
function writeScalar(writer: ProtobufWriter, type: Scalar, given: unknown): void {
  const value = given === null && type !== "JSON" ? undefined : given;
  switch (type) {
    case "string":
      writer.text((value as string | undefined) ?? "");
      break;
    case "bytes": {
      const bytes = decodeBase64((value as string | undefined) ?? "");
      if (typeof bytes !== "number") writer.raw(bytes);
      break;
    }
    case "Quantity":
      writeValue(writer, 1, "string", value === undefined ? "0" : String(value));
      break;
    case "Time":
    case "MicroTime":
      writeTime(writer, type, value as string | undefined);
      break;
    case "Duration":
      writeValue(writer, 1, "int64", Math.round((parseDuration(String(value ?? "0")) ?? 0) * 1e6));
      break;
    case "IntOrString":
      writeValue(writer, 3, "string", typeof value === "string" ? value : "");
      writeValue(writer, 2, "int32", typeof value === "number" ? value : 0);
      writeValue(writer, 1, "int64", typeof value === "string" ? 1 : 0);
      break;
    case "StringList":
      writeAll(writer, 1, "string", (value as string[] | undefined) ?? []);
      break;
    case "RawExtension":
    case "FieldsV1":
    case "JSON":
      if (value !== undefined) writeValue(writer, 1, "string", goJson(value));
      break;
    case "JSONSchemaPropsOrBool":
      if (isObject(value)) writeValue(writer, 2, SCHEMA, value);
      writeValue(writer, 1, "bool", value === true || isObject(value));
      break;
    case "JSONSchemaPropsOrArray":
    case "JSONSchemaPropsOrStringArray":
      if (Array.isArray(value)) writeAll(writer, 2, type === "JSONSchemaPropsOrArray" ? SCHEMA : "string", value);
      else if (isObject(value)) writeValue(writer, 1, SCHEMA, value);
  }
}

function writeAll(writer: ProtobufWriter, number: number, type: string, values: readonly unknown[]): void {
  for (const value of values.toReversed()) writeValue(writer, number, type, value);
}

const SCHEMA = "apiextensions.v1.JSONSchemaProps";
const isObject = (value: unknown) => typeof value === "object" && value !== null;

/** Seconds since the epoch and, for a MicroTime, nanoseconds; an unset time is an empty message. */
function writeTime(writer: ProtobufWriter, type: "Time" | "MicroTime", value: string | undefined): void {
  if (value === undefined) return;
  const micros = /\.(\d{1,6})/.exec(value)?.[1]?.padEnd(6, "0") ?? "0";
  writeValue(writer, 2, "int32", type === "MicroTime" ? Number(micros) * 1000 : 0);
  writeValue(writer, 1, "int64", Math.floor(Date.parse(value) / 1000));
}
