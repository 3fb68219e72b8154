/**
 * Decodes Kubernetes' protobuf messages into draft objects, by the same rules of emptiness as JSON (see
 * api/schema/shape.ts).
 */
import { type FieldDeclaration, isScalar, type Scalar } from "../../schema/idl.ts";
import { shapeOf } from "../../schema/shape.ts";
import { type Struct, structOf } from "../../schema/table.ts";
import { assemble } from "../decode/decode-json.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { setMember } from "../json/json-object.ts";
import { MAX_DEPTH, parseJson } from "../json/json-syntax.ts";
import { canonicalQuantity, quantityProblem } from "../quantity.ts";
import { formatDuration } from "../time/duration.ts";
import { decodeUtf8, ProtobufProblem, ProtobufReader } from "./reader.ts";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from "./writer.ts";

/** The draft in a message without an envelope. Throws ProtobufProblem. */
export const decodeMessage = (bytes: Uint8Array, struct: Struct): Record<string, unknown> =>
  readStruct(new ProtobufReader(bytes), struct, 0);

function readStruct(reader: ProtobufReader, struct: Struct, depth: number): Record<string, unknown> {
  reader.countStruct();
  const slots: unknown[] = [];
  readFields(reader, struct, { slots, depth });
  return assemble(shapeOf(struct), slots);
}

interface Target {
  /** By index in the struct's shape; embedded structs share the slots of the struct that embeds them. */
  readonly slots: unknown[];
  readonly depth: number;
  readonly indexOf?: (name: string) => number | undefined;
}

const numbered = new Map<Struct, ReadonlyMap<number, FieldDeclaration>>();
function byNumber(struct: Struct): ReadonlyMap<number, FieldDeclaration> {
  let fields = numbered.get(struct);
  if (!fields) {
    fields = new Map(struct.declaration.fields.map((field) => [field.number, field]));
    numbered.set(struct, fields);
  }
  return fields;
}

function readFields(reader: ProtobufReader, struct: Struct, target: Target): void {
  if (target.depth > MAX_DEPTH) throw new ProtobufProblem("exceeded max depth");
  const { slots, depth } = target;
  const { byName } = shapeOf(struct);
  const indexOf = target.indexOf ?? ((name: string) => byName.get(name)?.index);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const field = byNumber(struct).get(number);
    if (!field) {
      reader.skip(wireType);
      continue;
    }
    if (wireType !== wireTypeOf(field)) {
      throw new ProtobufProblem(`proto: wrong wireType = ${wireType} for field ${field.name}`);
    }
    if (field.name === "...") {
      readFields(reader.message(), structOf(field.type), { slots, depth: depth + 1, indexOf });
      continue;
    }
    const index = indexOf(field.name);
    if (index === undefined) continue;
    if (field.shape === "one") slots[index] = readValue(reader, field.type, depth);
    else if (field.shape === "list") {
      slots[index] ??= [];
      const list = slots[index] as unknown[];
      list.push(readValue(reader, field.type, depth) ?? null);
    } else {
      slots[index] ??= {};
      readEntry(reader.message(), field, slots[index] as Record<string, unknown>, depth);
    }
  }
}

const wireTypeOf = ({ shape, type }: FieldDeclaration) => {
  if (shape === "map") return WIRE_BYTES;
  if (type === "bool" || type === "int32" || type === "int64") return WIRE_VARINT;
  return type === "double" ? WIRE_FIXED64 : WIRE_BYTES;
};

function readEntry(reader: ProtobufReader, field: FieldDeclaration, map: Record<string, unknown>, depth: number): void {
  let key = "";
  let value: unknown;
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1) key = reader.text();
    else if (number === 2) value = readValue(reader, field.type, depth);
    else reader.skip(wireType);
  }
  setMember(map, key, value ?? readValue(new ProtobufReader(ZERO), field.type, depth) ?? null);
}

/** A zero, for values of length zero, which every type decodes as its zero. */
const ZERO = Uint8Array.of(0);

function readValue(reader: ProtobufReader, type: string, depth: number): unknown {
  switch (type) {
    case "bool":
      return reader.varint() !== 0;
    case "int32":
      return reader.varint() | 0;
    case "int64":
      return reader.varint();
    case "double":
      return reader.double();
    case "string":
      return reader.text();
    case "bytes":
      return encodeBase64(reader.bytes());
  }
  return isScalar(type)
    ? readScalar(reader.message(), type, depth)
    : readStruct(reader.message(), structOf(type), depth + 1);
}

/** Scalars that are messages. A result of undefined means an unset field. */
function readScalar(reader: ProtobufReader, type: Scalar, depth: number): unknown {
  const fields = new Map<number, unknown[]>();
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const value =
      wireType === WIRE_VARINT ? reader.varint() : wireType === WIRE_BYTES ? reader.bytes() : reader.skip(wireType);
    const known = fields.get(number);
    if (known) known.push(value);
    else fields.set(number, [value]);
  }
  const number = (of: number) => (fields.get(of)?.at(-1) as number | undefined) ?? 0;
  const bytes = (of: number) => fields.get(of)?.at(-1) as Uint8Array | undefined;
  const schema = (message: Uint8Array) => readStruct(new ProtobufReader(message), structOf(SCHEMA), depth + 1);
  const strings = (of: number) => ((fields.get(of) ?? []) as Uint8Array[]).map(decodeUtf8);
  switch (type) {
    case "Quantity":
      return readQuantity(strings(1).at(-1) ?? "");
    case "Time":
      return fields.size === 0 ? undefined : `${isoSeconds(number(1))}Z`;
    case "MicroTime": {
      const micros = String(Math.floor(number(2) / 1000)).padStart(6, "0");
      return fields.size === 0 ? undefined : `${isoSeconds(number(1))}.${micros}Z`;
    }
    case "Duration":
      return formatDuration(number(1) / 1e6);
    case "IntOrString":
      return number(1) === 1 ? (strings(3).at(-1) ?? "") : number(2) | 0;
    case "StringList":
      return strings(1);
    case "RawExtension":
    case "FieldsV1":
    case "JSON":
      return readJson(bytes(1));
    case "JSONSchemaPropsOrBool": {
      const message = bytes(2);
      return message ? schema(message) : number(1) !== 0;
    }
    case "JSONSchemaPropsOrArray":
    case "JSONSchemaPropsOrStringArray": {
      const message = bytes(1);
      if (message) return schema(message);
      return type === "JSONSchemaPropsOrArray" ? ((fields.get(2) ?? []) as Uint8Array[]).map(schema) : strings(2);
    }
    default:
      return undefined;
  }
}

const SCHEMA = "apiextensions.v1.JSONSchemaProps";

function readQuantity(text: string): string {
  const problem = quantityProblem(text);
  if (problem !== undefined) throw new ProtobufProblem(problem);
  return canonicalQuantity(text);
}

const LAST_SECOND = 253402300799;

function isoSeconds(seconds: number): string {
  if (seconds > LAST_SECOND || seconds < -62167219200) {
    throw new ProtobufProblem("Time.UnmarshalProto: year outside of range [0,9999]");
  }
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

function readJson(bytes: Uint8Array | undefined): unknown {
  if (!bytes || bytes.length === 0) return undefined;
  const parsed = parseJson(decodeUtf8(bytes));
  if (!parsed.ok) throw new ProtobufProblem(parsed.message);
  return parsed.value;
}
