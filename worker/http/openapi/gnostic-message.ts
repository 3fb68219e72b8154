/** Messages of OpenAPI in protobuf (github.com/google/gnostic), written from JSON. */
import { exactJson, parseExactJson } from "../../../api/machinery/json/exact-json.ts";
import { ProtobufWriter, WIRE_FIXED64, WIRE_VARINT, type WireType } from "../../../api/machinery/protobuf/writer.ts";
import { encodeYaml } from "../response/yaml.ts";

export type Value = Readonly<Record<string, unknown>>;
/** The content of a field. */
export type Write = (writer: ProtobufWriter, value: unknown) => void;
/** A member of a JSON object: its field number, and how its value is written. Lists are written element by element. */
type Members = Readonly<Record<string, readonly [number: number, write: Write]>>;

export function writtenDocument(write: Write, document: unknown): Uint8Array<ArrayBuffer> {
  yamlOf.clear();
  const writer = new ProtobufWriter(1 << 20);
  write(writer, document);
  return writer.finish();
}

function delimited(writer: ProtobufWriter, number: number, write: () => void): void {
  const before = writer.length;
  write();
  writer.delimited(number, before);
}

/**
 * A message with those members that the value has; `extensions` is the field for members whose names begin with `x-`.
 */
export function message(members: () => Members, extensions?: readonly [number: number, write: Write]): Write {
  let ordered: [string, readonly [number, Write]][] | undefined;
  return (writer, value) => {
    ordered ??= Object.entries(members()).sort(([, [a]], [, [b]]) => b - a);
    const object = value as Value;
    if (extensions !== undefined) {
      const named = Object.entries(object).filter(([name]) => name.startsWith("x-"));
      const [number, write] = extensions;
      for (const [name, extension] of named.reverse())
        delimited(writer, number, () => namedValue(writer, name, write, extension));
    }
    for (const [name, [number, write]] of ordered) {
      const member = object[name];
      if (member === undefined || member === false || member === "" || member === 0) continue;
      for (const one of Array.isArray(member) ? member.toReversed() : [member]) field(writer, number, write, one);
    }
  };
}

export function field(writer: ProtobufWriter, number: number, write: Write, value: unknown): void {
  const wireType = PLAIN.get(write);
  const before = writer.length;
  write(writer, value);
  if (wireType === undefined) writer.delimited(number, before);
  else writer.tag(number, wireType);
}

export const text: Write = (writer, value) => writer.text(String(value));
export const flag: Write = (writer, value) => writer.varint(value ? 1 : 0);
export const count: Write = (writer, value) => writer.varint(Number(value));
export const double: Write = (writer, value) => writer.double(Number(value));

/** Writers of values without a length prefix. */
const PLAIN: ReadonlyMap<Write, WireType> = new Map<Write, WireType>([
  [flag, WIRE_VARINT],
  [count, WIRE_VARINT],
  [double, WIRE_FIXED64],
]);

/** By JSON text: a document repeats few distinct values. */
const yamlOf = new Map<string, string>();
export const any: Write = (writer, value) => {
  const json = exactJson(value);
  const yaml = yamlOf.get(json) ?? encodeYaml(parseExactJson(json) as object, "asWritten");
  yamlOf.set(json, yaml);
  field(writer, 2, text, yaml);
};

function namedValue(writer: ProtobufWriter, name: string, write: Write, value: unknown): void {
  field(writer, 2, write, value);
  field(writer, 1, text, name);
}

/** A JSON object as a list of names and values. */
export const named =
  (number: number, write: Write): Write =>
  (writer, value) => {
    for (const [name, member] of Object.entries(value as Value).reverse())
      delimited(writer, number, () => namedValue(writer, name, write, member));
  };

/** A message with one field. */
export const wrapped =
  (number: number, write: Write): Write =>
  (writer, value) =>
    field(writer, number, write, value);
