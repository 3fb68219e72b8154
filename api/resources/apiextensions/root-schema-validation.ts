/** The schema of one version, from its root. */
import type { CustomResourceValidation, JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { ruleErrors } from "../../machinery/cel/rules/check-rules.ts";
import { validateDefault } from "../../machinery/cel/rules/validate-rules.ts";
import { type FieldError, forbidden, invalid } from "../../machinery/field-error.ts";
import { defaultErrors } from "../../machinery/structural/check-defaults.ts";
import { internalSchema } from "./internal-schema.ts";
import { checkSchema } from "./schema-validation.ts";
import { structuralErrors } from "./structural-schema.ts";
import { unstructuredProblem } from "./unstructured-schema.ts";

/** Keywords allowed at the root besides `type`, if the status is validated separately as `properties[status]`. */
const BESIDE_STATUS = [
  "description",
  "type",
  "format",
  "title",
  "maximum",
  "exclusiveMaximum",
  "minimum",
  "exclusiveMinimum",
  "maxLength",
  "minLength",
  "pattern",
  "maxItems",
  "minItems",
  "uniqueItems",
  "multipleOf",
  "required",
  "items",
  "properties",
  "externalDocs",
  "example",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
];

const goNames = BESIDE_STATUS.map((name) =>
  name === "x-kubernetes-preserve-unknown-fields"
    ? "XPreserveUnknownFields"
    : name === "x-kubernetes-validations"
      ? "XValidations"
      : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
);

interface RootSchema {
  readonly hasStatus: boolean;
  /** Whether a stored version has the schema. */
  readonly isStored: (schema: JSONSchemaProps) => boolean;
}

export function checkRootSchema(
  errors: FieldError[],
  path: string,
  validation: CustomResourceValidation | undefined,
  { hasStatus, isStored }: RootSchema,
): void {
  const schema = validation?.openAPIV3Schema;
  if (!schema) return;
  const at = `${path}.openAPIV3Schema`;
  const before = errors.length;
  if (hasStatus) checkBesideStatus(errors, at, schema);
  if (schema.nullable) errors.push(forbidden(`${at}.nullable`, "nullable cannot be true at the root"));
  const unstructured = unstructuredProblem(schema);
  const shape = unstructured === undefined ? structuralErrors(schema, at) : [];
  const structural =
    unstructured === undefined && shape.length === 0 ? defaultErrors(schema, at, validateDefault) : shape;
  const inSchema: FieldError[] = [];
  checkSchema(inSchema, at, schema, { root: true, insideMetadata: false });
  errors.push(...structural, ...inSchema);
  // Most reasons why a schema is not structural have been reported in other words already.
  if (errors.length === before && unstructured !== undefined) errors.push(invalid(at, "", unstructured));
  // Rules are compiled against a schema that determines every value's type.
  if (unstructured === undefined && structural.length === 0)
    errors.push(...ruleErrors(schema, at, { found: inSchema, isStored: isStored(schema) }));
}

function checkBesideStatus(errors: FieldError[], at: string, schema: JSONSchemaProps): void {
  if (schema.type !== undefined && schema.type !== "object") {
    errors.push(
      invalid(
        `${at}.type`,
        schema.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      ),
    );
    return;
  }
  const set = Object.entries(schema).filter(([, value]) => value !== undefined && value !== false && value !== "");
  if (set.some(([name]) => !BESIDE_STATUS.includes(name)))
    errors.push(
      invalid(
        at,
        internalSchema(schema),
        `only [${goNames.join(" ")}] fields are allowed at the root of the schema if the status subresource is enabled`,
      ),
    );
}
