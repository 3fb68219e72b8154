/**
 * Decodes Kubernetes' protobuf messages into draft objects, by the same rules of emptiness as JSON (see
 * api/schema/shape.ts).
 */

import { goFieldName } from "../../schema/go-names.ts";
import { type FieldDeclaration, isScalar, type Scalar } from "../../schema/idl.ts";
import { shapeOf } from "../../schema/shape.ts";
import { type Struct, structOf } from "../../schema/table.ts";
import { assemble } from "../decode/decode-json.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { setMember } from "../json/json-object.ts";
import { MAX_DEPTH, parseJson } from "../json/json-syntax.ts";
import { canonicalQuantity, quantityProblem } from "../quantity.ts";
import { formatDuration } from "../time/duration.ts";
import { ProtobufProblem, ProtobufReader, wrongWireType } from "./reader.ts";
import { isMessage, messageOf } from "./scalar-messages.ts";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, type WireType } from "./writer.ts";

/** The draft in a message without an envelope. Throws ProtobufProblem. */
export const decodeMessage = (bytes: Uint8Array, struct: Struct): Record<string, unknown> =>
  readStruct(new ProtobufReader(bytes), struct, 0);

function readStruct(reader: ProtobufReader, struct: Struct, depth: number): Record<string, unknown> {
  const open = new OpenStruct(struct);
  open.read(reader, depth);
  return open.close();
}

/**
 * A struct while its message is read. A field of a struct's type may come several times, and each adds to what came
 * before, so what it has is only put together at the end.
 */
class OpenStruct {
  readonly struct: Struct;
  /** By index in the struct's shape; embedded structs share the slots of the struct that embeds them. */
  readonly slots: unknown[] = [];
  /** The slots with what is itself open. */
  readonly #open: number[] = [];

  constructor(struct: Struct) {
    this.struct = struct;
  }

  read(reader: ProtobufReader, depth: number): void {
    reader.countStruct();
    this.#readFields(reader, this.struct, depth);
  }

  close(): Record<string, unknown> {
    for (const index of this.#open) this.slots[index] = (this.slots[index] as OpenStruct | OpenScalar).close();
    return assemble(shapeOf(this.struct), this.slots);
  }

  #readFields(reader: ProtobufReader, struct: Struct, depth: number): void {
    if (depth > MAX_DEPTH) throw new ProtobufProblem("exceeded max depth");
    const { byName } = shapeOf(this.struct);
    const fields = byNumber(struct);
    while (!reader.done) {
      const { number, wireType } = reader.tag(struct.name);
      const field = fields.get(number);
      if (!field) {
        reader.skip(wireType);
        continue;
      }
      const { declaration } = field;
      if (wireType !== field.wireType) throw wrongWireType(wireType, protobufName(struct, declaration));
      if (declaration.name === "...") {
        this.#readFields(reader.message(), structOf(declaration.type), depth + 1);
        continue;
      }
      const index = byName.get(declaration.name)?.index;
      if (index !== undefined) this.#readField(reader, field, index, depth);
    }
  }

  #readField(reader: ProtobufReader, { declaration, accumulates }: NumberedField, index: number, depth: number): void {
    const { slots } = this;
    const { shape, type } = declaration;
    if (shape === "list") {
      slots[index] ??= [];
      (slots[index] as unknown[]).push(readValue(reader, type, depth) ?? null);
    } else if (shape === "map") {
      slots[index] ??= {};
      readEntry(reader.message(), declaration, slots[index] as Record<string, unknown>, depth);
    } else if (!accumulates) slots[index] = readValue(reader, type, depth);
    else {
      if (slots[index] === undefined) {
        slots[index] = isScalar(type) ? new OpenScalar(type) : new OpenStruct(structOf(type));
        this.#open.push(index);
      }
      (slots[index] as OpenStruct | OpenScalar).read(reader.message(), depth + 1);
    }
  }
}

interface NumberedField {
  readonly declaration: FieldDeclaration;
  readonly wireType: WireType;
  /** Whether it is a message. */
  readonly accumulates: boolean;
}

const numbered = new Map<Struct, ReadonlyMap<number, NumberedField>>();
function byNumber(struct: Struct): ReadonlyMap<number, NumberedField> {
  let fields = numbered.get(struct);
  if (!fields) {
    fields = new Map(
      struct.declaration.fields.map((declaration) => {
        const accumulates = !isScalar(declaration.type) || isMessage(declaration.type);
        return [declaration.number, { declaration, wireType: wireTypeOf(declaration), accumulates }];
      }),
    );
    numbered.set(struct, fields);
  }
  return fields;
}

/** The field in Go, where what JSON inlines and metadata are embedded: they have their type's name. */
const protobufName = (struct: Struct, { name, type }: FieldDeclaration) =>
  name === "..." || name === "metadata" ? type.slice(type.lastIndexOf(".") + 1) : goFieldName(struct.name, name);

const wireTypeOf = ({ shape, type }: Pick<FieldDeclaration, "shape" | "type">): WireType => {
  if (shape === "map") return WIRE_BYTES;
  if (type === "bool" || type === "int32" || type === "int64") return WIRE_VARINT;
  return type === "double" ? WIRE_FIXED64 : WIRE_BYTES;
};

function readEntry(reader: ProtobufReader, field: FieldDeclaration, map: Record<string, unknown>, depth: number): void {
  let key = "";
  let value: unknown;
  while (!reader.done) {
    const { number, wireType } = reader.entryTag();
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
      return reader.int32();
    case "int64":
      return reader.varint();
    case "double":
      return reader.double();
    case "string":
      return reader.text();
    case "bytes":
      return encodeBase64(reader.bytes());
  }
  if (!isScalar(type)) return readStruct(reader.message(), structOf(type), depth + 1);
  const open = new OpenScalar(type);
  open.read(reader.message(), depth + 1);
  return open.close();
}

/** A scalar that is a message, while it is read. */
class OpenScalar {
  readonly #type: Scalar;
  readonly #values = new Map<number, unknown[]>();
  #isEmpty = true;

  constructor(type: Scalar) {
    this.#type = type;
  }

  read(reader: ProtobufReader, depth: number): void {
    const { name, fields, replaces } = messageOf(this.#type);
    if (replaces) this.#values.clear();
    this.#isEmpty = reader.done;
    while (!reader.done) {
      const { number, wireType } = reader.tag(name);
      const field = fields[number];
      if (!field) {
        reader.skip(wireType);
        continue;
      }
      const [goName, type] = field;
      if (wireType !== wireTypeOf({ shape: "one", type })) throw wrongWireType(wireType, goName);
      const value = readValue(reader, type, depth);
      const known = this.#values.get(number);
      if (known) known.push(value);
      else this.#values.set(number, [value]);
    }
  }

  /** Undefined for an unset field. */
  close(): unknown {
    const last = (of: number) => this.#values.get(of)?.at(-1);
    const number = (of: number) => (last(of) as number | undefined) ?? 0;
    switch (this.#type) {
      case "Quantity":
        return readQuantity((last(1) as string | undefined) ?? "0");
      case "Time":
        return this.#isEmpty ? undefined : `${isoSeconds(number(1))}Z`;
      case "MicroTime":
        return this.#isEmpty ? undefined : isoMicros(number(1), Math.trunc(number(2) / 1000));
      case "Duration":
        return formatDuration(number(1) / 1e6);
      case "IntOrString":
        return number(1) === 1 ? (last(3) ?? "") : number(2);
      case "StringList":
        return this.#values.get(1) ?? [];
      case "RawExtension":
      case "FieldsV1":
      case "JSON":
        return readJson(last(1) as string | undefined);
      case "JSONSchemaPropsOrBool":
        return last(2) ?? last(1) === true;
      case "JSONSchemaPropsOrArray":
      case "JSONSchemaPropsOrStringArray":
        return last(1) ?? this.#values.get(2) ?? [];
      default:
        return undefined;
    }
  }
}

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

/** The microseconds may be negative, or more than a second. */
function isoMicros(seconds: number, micros: number): string {
  const whole = Math.floor(micros / 1e6);
  return `${isoSeconds(seconds + whole)}.${String(micros - whole * 1e6).padStart(6, "0")}Z`;
}

function readJson(text: string | undefined): unknown {
  if (!text) return undefined;
  const parsed = parseJson(text);
  if (!parsed.ok) throw new ProtobufProblem(parsed.message);
  return parsed.value;
}
