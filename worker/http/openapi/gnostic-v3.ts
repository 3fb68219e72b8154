/** OpenAPI version 3 as the protobuf message openapi.v3.Document (github.com/google/gnostic). */
import {
  any,
  count,
  double,
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

export const gnosticV3 = (document: object): Uint8Array<ArrayBuffer> => writtenDocument(writeDocument, document);

const reference = message(() => ({ $ref: [1, text] }));

/** SchemaOrReference */
const schemaOr: Write = (writer, value) =>
  (value as Value).$ref === undefined ? field(writer, 1, schema, value) : field(writer, 2, reference, value);

/** A value is present even if it is false, zero or empty. */
const presentValue = (value: unknown) => (value === undefined ? undefined : { given: value });

/** DefaultType, which cannot express lists and objects. */
const defaultType: Write = (writer, value) => {
  const { given: literal } = value as Value;
  if (typeof literal === "number" || typeof literal === "bigint") field(writer, 1, double, literal);
  else if (typeof literal === "boolean") field(writer, 2, flag, literal);
  else if (typeof literal === "string") field(writer, 3, text, literal);
};

/** AdditionalPropertiesItem */
const more: Write = (writer, value) => {
  const { given: allowed } = value as Value;
  if (typeof allowed === "boolean") field(writer, 2, flag, allowed);
  else field(writer, 1, schemaOr, allowed);
};

const schemaMessage = message(
  () => ({
    nullable: [1, flag],
    title: [9, text],
    multipleOf: [10, double],
    maximum: [11, double],
    exclusiveMaximum: [12, flag],
    minimum: [13, double],
    exclusiveMinimum: [14, flag],
    maxLength: [15, count],
    minLength: [16, count],
    pattern: [17, text],
    maxItems: [18, count],
    minItems: [19, count],
    uniqueItems: [20, flag],
    maxProperties: [21, count],
    minProperties: [22, count],
    required: [23, text],
    enum: [24, any],
    type: [25, text],
    allOf: [26, schemaOr],
    oneOf: [27, schemaOr],
    anyOf: [28, schemaOr],
    not: [29, schema],
    items: [30, wrapped(1, schemaOr)],
    properties: [31, named(1, schemaOr)],
    additionalProperties: [32, more],
    default: [33, defaultType],
    description: [34, text],
    format: [35, text],
  }),
  [36, any],
);

const schema: Write = (writer, value) => {
  const { default: literal, additionalProperties, ...rest } = value as Value;
  schemaMessage(writer, {
    ...rest,
    default: presentValue(literal),
    additionalProperties: presentValue(additionalProperties),
  });
};

const parameter = message(() => ({
  name: [1, text],
  in: [2, text],
  description: [3, text],
  required: [4, flag],
  schema: [10, schemaOr],
}));

const content = named(
  1,
  message(() => ({ schema: [1, schemaOr] })),
);
const requestBody = message(() => ({ description: [1, text], content: [2, content], required: [3, flag] }));
const response = message(() => ({ description: [1, text], content: [3, content] }));

const operation = message(
  () => ({
    tags: [1, text],
    description: [3, text],
    operationId: [5, text],
    parameters: [6, wrapped(1, parameter)],
    requestBody: [7, wrapped(1, requestBody)],
    responses: [8, named(2, wrapped(1, response))],
    deprecated: [10, flag],
  }),
  [13, any],
);

const pathItem = message(
  () => ({
    get: [4, operation],
    put: [5, operation],
    post: [6, operation],
    delete: [7, operation],
    options: [8, operation],
    head: [9, operation],
    patch: [10, operation],
    parameters: [13, wrapped(1, parameter)],
  }),
  [14, any],
);

const securityScheme = message(() => ({ type: [1, text], description: [2, text], name: [3, text], in: [4, text] }));

const writeDocument = message(() => ({
  openapi: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [6, text] }))],
  paths: [4, named(1, pathItem)],
  components: [
    5,
    message(() => ({ schemas: [1, named(1, schemaOr)], securitySchemes: [7, named(1, wrapped(1, securityScheme))] })),
  ],
}));
