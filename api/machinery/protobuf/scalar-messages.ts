/** How protobuf expresses scalars that are messages there, with the names that Go has for them in errors. */
import type { Scalar } from "../../schema/idl.ts";

interface ScalarMessage {
  readonly name: string;
  /** Name and type, by number. Raw JSON is text. */
  readonly fields: Readonly<Record<number, readonly [name: string, type: string]>>;
  /** If the field comes twice, nothing is left of the first. */
  readonly replaces?: true;
}

const SCHEMA = "apiextensions.v1.JSONSchemaProps";

const TIMESTAMP: ScalarMessage = {
  name: "Timestamp",
  fields: { 1: ["Seconds", "int64"], 2: ["Nanos", "int32"] },
  replaces: true,
};
const raw = (name: string): ScalarMessage => ({ name, fields: { 1: ["Raw", "string"] } });

const MESSAGES: Partial<Record<Scalar, ScalarMessage>> = {
  Time: TIMESTAMP,
  MicroTime: TIMESTAMP,
  Duration: { name: "Duration", fields: { 1: ["Duration", "int64"] } },
  Quantity: { name: "Quantity", fields: { 1: ["String_", "string"] } },
  IntOrString: {
    name: "IntOrString",
    fields: { 1: ["Type", "int64"], 2: ["IntVal", "int32"], 3: ["StrVal", "string"] },
  },
  StringList: { name: "ExtraValue", fields: { 1: ["Items", "string"] } },
  RawExtension: raw("RawExtension"),
  FieldsV1: raw("FieldsV1"),
  JSON: raw("JSON"),
  JSONSchemaPropsOrBool: { name: "JSONSchemaPropsOrBool", fields: { 1: ["Allows", "bool"], 2: ["Schema", SCHEMA] } },
  JSONSchemaPropsOrArray: {
    name: "JSONSchemaPropsOrArray",
    fields: { 1: ["Schema", SCHEMA], 2: ["JSONSchemas", SCHEMA] },
  },
  JSONSchemaPropsOrStringArray: {
    name: "JSONSchemaPropsOrStringArray",
    fields: { 1: ["Schema", SCHEMA], 2: ["Property", "string"] },
  },
};

export const isMessage = (scalar: Scalar): boolean => MESSAGES[scalar] !== undefined;

export function messageOf(scalar: Scalar): ScalarMessage {
  const message = MESSAGES[scalar];
  if (!message) throw new Error(`not a message: ${scalar}`);
  return message;
}
