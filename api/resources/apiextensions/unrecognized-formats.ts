/** A schema may use any format; those that are not checked cause warnings. */
import type { CustomResourceDefinition, JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { goQuote } from "../../machinery/field-error.ts";
import { isRecognizedFormat } from "../../machinery/structural/formats.ts";
import { hoistedSpec } from "./hoisted-spec.ts";
import { partsOf } from "./schema-parts.ts";

/** On an update, only new formats are reported. */
export function formatWarnings(next: CustomResourceDefinition, old?: CustomResourceDefinition): string[] {
  const known = new Set(old ? unrecognizedIn(old) : []);
  return unrecognizedIn(next)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${goQuote(format)}`);
}

function unrecognizedIn({ spec }: CustomResourceDefinition): string[] {
  const { schema, versions } = hoistedSpec(spec);
  return [schema, ...versions.map((version) => version.schema)].flatMap((each) =>
    each?.openAPIV3Schema ? formatsBelow(each.openAPIV3Schema) : [],
  );
}

function formatsBelow(schema: JSONSchemaProps): string[] {
  const { format = "", type = "" } = schema;
  const own = format === "" || isRecognizedFormat(type, format) ? [] : [format];
  return [...own, ...partsOf(schema).flatMap(formatsBelow)];
}
