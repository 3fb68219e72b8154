/**
 * OpenAPI version 2 as the protobuf message openapi.v2.Document (github.com/google/gnostic), the only form that kubectl
 * before 1.27 accepts.
 */
import { exactJson, parseExactJson } from "../../../api/machinery/json/exact-json.ts";
import { ProtobufWriter } from "../../../api/machinery/protobuf/writer.ts";
import { encodeYaml } from "../answer/yaml.ts";
import type { Schema } from "./schemas.ts";

type Value = Readonly<Record<string, unknown>>;
type Write = (writer: ProtobufWriter, value: unknown) => void;
/** A member of a JSON object: its field number, and how its value is written. Lists are written element by element. */
type Members = Readonly<Record<string, readonly [number: number, write: Write]>>;

export function gnosticDocument(document: Schema): Uint8Array<ArrayBuffer> {
  yamlOf.clear();
  const writer = new ProtobufWriter(1 << 20);
  writeDocument(writer, document);
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
function message(members: () => Members, extensions?: number): Write {
  let ordered: [string, readonly [number, Write]][] | undefined;
  return (writer, value) => {
    ordered ??= Object.entries(members()).sort(([, [a]], [, [b]]) => b - a);
    const object = value as Value;
    if (extensions !== undefined) {
      const named = Object.entries(object).filter(([name]) => name.startsWith("x-"));
      for (const [name, extension] of named.reverse())
        delimited(writer, extensions, () => namedValue(writer, name, any, extension));
    }
    for (const [name, [number, write]] of ordered) {
      const member = object[name];
      if (member === undefined || member === false || member === "") continue;
      for (const one of Array.isArray(member) ? member.toReversed() : [member]) field(writer, number, write, one);
    }
  };
}

function field(writer: ProtobufWriter, number: number, write: Write, value: unknown): void {
  if (write === flag) {
    writer.varint(value ? 1 : 0);
    writer.tag(number, 0);
  } else delimited(writer, number, () => write(writer, value));
}

const text: Write = (writer, value) => writer.text(String(value));
/** Written by `field`: a boolean is not length-delimited. */
const flag: Write = () => {};
/** By JSON text: a document repeats few distinct values. */
const yamlOf = new Map<string, string>();
const any: Write = (writer, value) => {
  const json = exactJson(value);
  const yaml = yamlOf.get(json) ?? encodeYaml(parseExactJson(json) as object);
  yamlOf.set(json, yaml);
  delimited(writer, 2, () => writer.text(yaml));
};

function namedValue(writer: ProtobufWriter, name: string, write: Write, value: unknown): void {
  delimited(writer, 2, () => write(writer, value));
  delimited(writer, 1, () => writer.text(name));
}

/** A JSON object as a list of names and values. */
const named =
  (number: number, write: Write): Write =>
  (writer, value) => {
    for (const [name, member] of Object.entries(value as Value).reverse()) {
      delimited(writer, number, () => namedValue(writer, name, write, member));
    }
  };

/** A message with one field. */
const wrapped =
  (number: number, write: Write): Write =>
  (writer, value) =>
    field(writer, number, write, value);

/** For lists that go into a message of their own: `whole` keeps them from being written element by element. */
const whole = (value: unknown): unknown => (Array.isArray(value) ? { whole: value } : value);
const wholeList =
  (number: number, write: Write): Write =>
  (writer, value) => {
    const list = (value as { whole?: readonly unknown[] }).whole ?? [value];
    for (const one of list.toReversed()) field(writer, number, write, one);
  };

const schemaMessage: Write = message(
  () => ({
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    pattern: [13, text],
    required: [19, text],
    enum: [20, any],
    additionalProperties: [21, wrapped(1, writeSchema)],
    type: [22, wholeList(1, text)],
    items: [23, wholeList(1, writeSchema)],
    allOf: [24, writeSchema],
    properties: [25, named(1, writeSchema)],
  }),
  31,
);

function writeSchema(writer: ProtobufWriter, value: unknown): void {
  const schema = value as Value;
  // An empty object or list is a default worth keeping; `additionalProperties: true` means anything.
  const { default: fallback, additionalProperties: more, ...rest } = schema;
  schemaMessage(writer, {
    ...rest,
    type: whole(schema.type),
    items: whole(schema.items),
    ...(typeof more === "object" ? { additionalProperties: more } : {}),
    ...(fallback === undefined ? {} : { default: Array.isArray(fallback) ? { toJSON: () => fallback } : fallback }),
  });
}

const bodyParameter = message(() => ({
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, writeSchema],
}));
const queryParameter = message(() => ({
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  uniqueItems: [20, flag],
}));
const pathParameter = message(() => ({
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  uniqueItems: [19, flag],
}));

/** ParametersItem */
function parameter(writer: ProtobufWriter, value: unknown): void {
  const place = (value as Value).in;
  delimited(writer, 1, () => {
    if (place === "body") field(writer, 1, bodyParameter, value);
    else if (place === "path") delimited(writer, 2, () => field(writer, 4, pathParameter, value));
    else delimited(writer, 2, () => field(writer, 3, queryParameter, value));
  });
}

const response = message(() => ({ description: [1, text], schema: [2, wrapped(1, writeSchema)] }));

const operation = message(
  () => ({
    tags: [1, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, text],
    consumes: [7, text],
    parameters: [8, parameter],
    responses: [9, named(1, wrapped(1, response))],
    schemes: [10, text],
  }),
  13,
);

const pathItem = message(
  () => ({
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    patch: [8, operation],
    parameters: [9, parameter],
  }),
  10,
);

const writeDocument = message(() => ({
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }))],
  paths: [8, named(2, pathItem)],
  definitions: [9, named(1, writeSchema)],
}));
