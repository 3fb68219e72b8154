/**
 * OpenAPI version 2 as the protobuf message openapi.v2.Document (github.com/google/gnostic), the only form that kubectl
 * before 1.27 accepts.
 */

import { sortedMembers } from "../../../api/machinery/json/sorted-members.ts";
import type { ProtobufWriter } from "../../../api/machinery/protobuf/writer.ts";
import {
  any,
  field,
  flag,
  message,
  named,
  text,
  type Value,
  type Write,
  wrapped,
  writtenDocument,
} from "./gnostic-message.ts";
import type { Schema } from "./schemas.ts";

export const gnosticV2 = (document: Schema): Uint8Array<ArrayBuffer> => writtenDocument(writeDocument, document);

/** Go implements version 2 with maps. */
const sortedAny: Write = (writer, value) => any(writer, sortedMembers(value));

/** For lists that are one message: `whole` keeps them from being written element by element. */
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
    default: [5, sortedAny],
    pattern: [13, text],
    required: [19, text],
    enum: [20, sortedAny],
    additionalProperties: [21, wrapped(1, writeSchema)],
    type: [22, wholeList(1, text)],
    items: [23, wholeList(1, writeSchema)],
    allOf: [24, writeSchema],
    properties: [25, named(1, writeSchema)],
  }),
  [31, sortedAny],
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
  if (place === "body") field(writer, 1, wrapped(1, bodyParameter), value);
  else field(writer, 1, wrapped(2, place === "path" ? wrapped(4, pathParameter) : wrapped(3, queryParameter)), value);
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
  [13, sortedAny],
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
  [10, sortedAny],
);

const writeDocument = message(() => ({
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }))],
  paths: [8, named(2, pathItem)],
  definitions: [9, named(1, writeSchema)],
}));
