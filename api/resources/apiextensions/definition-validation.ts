/** apiextensions-apiserver pkg/apis/apiextensions/validation: CustomResourceDefinition, except for CEL. */

import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from "../../generated/apiextensions.v1.ts";
import { isConditionTrue } from "../../machinery/conditions.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkImmutable, sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupportedText, required } from "../../machinery/field-error.ts";
import { dns1035Label, dnsSubdomain } from "../../machinery/names.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { validateApproval } from "./api-approval.ts";
import { validateBundle } from "./ca-bundle.ts";
import { checkConversion } from "./conversion-validation.ts";
import { checkColumns, checkSelectableFields, checkSubresources } from "./definition-views-validation.ts";
import { type HoistedSpec, hoistedSpec } from "./hoisted-spec.ts";
import { internalSchema } from "./internal-schema.ts";
import { checkRootSchema } from "./root-schema-validation.ts";
import { partsOf } from "./schema-parts.ts";
import { unstructuredProblem } from "./unstructured-schema.ts";

function validateSpec({ spec }: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const stored = (old?.spec.versions ?? []).map((version) => version.schema?.openAPIV3Schema);
  checkSpec(errors, hoistedSpec(spec), (schema) => stored.some((each) => sameValue(each, schema)));
  return errors;
}

function validateStored(definition: CustomResourceDefinition): FieldError[] {
  const errors = validateDefinitionStatus(definition);
  checkStoredVersions(errors, "status.storedVersions", definition);
  return errors;
}

export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  checkNames(errors, "status.acceptedNames", status.acceptedNames ?? { plural: "", kind: "" });
  return errors;
}

export function validateDefinitionCreate(definition: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = definition;
  const errors: FieldError[] = [];
  for (const field of ["generateName", "name"] as const) {
    const value = metadata[field];
    if (value && value !== `${spec.names.plural ?? ""}.${spec.group ?? ""}`)
      errors.push(invalid(`metadata.${field}`, value, 'must be spec.names.plural+"."+spec.group'));
  }
  return [
    ...errors,
    ...validateSpec(definition),
    ...validateStored(definition),
    ...validateApproval(definition),
    ...preservesUnknownFields(definition),
  ];
}

export function validateDefinitionUpdate(next: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const errors = validateSpec(next, old);
  const { spec } = next;
  // They determine how objects are stored, so they cannot change once there may be objects.
  if (isConditionTrue(old.status, "Established")) {
    checkImmutable(errors, "spec.scope", spec.scope, old.spec.scope);
    checkImmutable(errors, "spec.names.kind", spec.names.kind, old.spec.names.kind);
  }
  checkImmutable(errors, "spec.group", spec.group, old.spec.group);
  checkImmutable(errors, "spec.names.plural", spec.names.plural, old.spec.names.plural);
  errors.push(...validateBundle(next, old), ...validateStored(next), ...validateApproval(next, old));
  if (!old.spec.preserveUnknownFields) errors.push(...preservesUnknownFields(next));
  return errors;
}

const preservesUnknownFields = ({ spec }: CustomResourceDefinition): FieldError[] =>
  spec.preserveUnknownFields
    ? [
        invalid(
          "spec.preserveUnknownFields",
          true,
          "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
        ),
      ]
    : [];

type IsStored = (schema: JSONSchemaProps) => boolean;

function checkSpec(errors: FieldError[], spec: HoistedSpec, isStored: IsStored): void {
  const { group = "", scope = "", versions, names } = spec.original;
  if (group === "") errors.push(required("spec.group"));
  else {
    const problems = dnsSubdomain(group);
    if (problems.length > 0) errors.push(invalid("spec.group", group, problems.join(",")));
    else if (!group.includes("."))
      errors.push(invalid("spec.group", group, "should be a domain with at least one dot"));
  }
  if (scope === "") errors.push(required("spec.scope"));
  else if (scope !== "Cluster" && scope !== "Namespaced")
    errors.push(notSupportedText("spec.scope", scope, ["Cluster", "Namespaced"]));
  if (!spec.schema?.openAPIV3Schema)
    spec.versions.forEach(({ schema }, i) => {
      if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`));
    });
  if (
    spec.original.preserveUnknownFields &&
    spec.original.versions?.some(({ schema }) => hasDefaults(schema?.openAPIV3Schema))
  )
    errors.push(invalid("spec.preserveUnknownFields", true, "must be false in order to use defaults in the schema"));
  spec.versions.forEach((version, i) => {
    checkVersion(errors, `spec.versions[${i}]`, version, { spec, isStored });
  });
  checkVersionSet(errors, spec);
  const [first] = versions ?? [];
  if (first?.name) {
    const problems = dns1035Label(first.name);
    if (problems.length > 0) errors.push(invalid("spec.version", first.name, problems.join(",")));
  }
  for (const field of ["plural", "singular", "kind", "listKind"] as const)
    if (!names[field]) errors.push(required(`spec.names.${field}`));
  checkNames(errors, "spec.names", names);
  checkRootSchema(errors, "spec.validation", spec.schema, { hasStatus: spec.anyStatus, isStored });
  checkSubresources(errors, "spec.subresources", spec.subresources);
  checkColumns(errors, "spec.additionalPrinterColumns", spec.additionalPrinterColumns);
  checkSelection(errors, "spec", spec, "may only be set when validations.schema is included");
  const { conversion, preserveUnknownFields } = spec.original;
  if (conversion && conversion.strategy !== "None" && preserveUnknownFields)
    errors.push(
      invalid("spec.conversion.strategy", conversion.strategy, "must be None if spec.preserveUnknownFields is true"),
    );
  checkConversion(errors, "spec.conversion", conversion);
}

const hasDefaults = (schema: JSONSchemaProps | undefined): boolean =>
  schema !== undefined && (schema.default !== undefined || partsOf(schema).some(hasDefaults));

function checkVersion(
  errors: FieldError[],
  path: string,
  version: CustomResourceDefinitionVersion,
  { spec, isStored }: { readonly spec: HoistedSpec; readonly isStored: IsStored },
): void {
  const problems = dns1035Label(version.name ?? "");
  if (problems.length > 0) errors.push(invalid(`${path}.name`, version.name ?? "", problems.join(",")));
  checkDeprecation(errors, `${path}.deprecationWarning`, version);
  const { status } = version.subresources ?? spec.subresources ?? {};
  checkRootSchema(errors, `${path}.schema`, version.schema, { hasStatus: status !== undefined, isStored });
  checkSubresources(errors, `${path}.subresources`, version.subresources);
  checkColumns(errors, `${path}.additionalPrinterColumns`, version.additionalPrinterColumns);
  const why = "may only be set when `version.schema.openAPIV3Schema` is not included";
  checkSelection(errors, path, version, why);
}

/** `why`: the error if there is no schema that contains the fields. */
function checkSelection(
  errors: FieldError[],
  path: string,
  { selectableFields: fields, schema }: Pick<CustomResourceDefinitionVersion, "schema" | "selectableFields">,
  why: string,
): void {
  if (!fields?.length) return;
  const root = schema?.openAPIV3Schema;
  if (!root) {
    errors.push(invalid(`${path}.selectableFields`, "", why));
    return;
  }
  const unstructured = unstructuredProblem(root);
  if (unstructured !== undefined) errors.push(invalid(`${path}.schema.openAPIV3Schema`, "", unstructured));
  checkSelectableFields(errors, `${path}.selectableFields`, fields, root);
}

function checkDeprecation(
  errors: FieldError[],
  path: string,
  { deprecated = false, deprecationWarning: warning }: CustomResourceDefinitionVersion,
): void {
  if (warning === undefined) return;
  if (!deprecated) {
    errors.push(invalid(path, warning, "can only be set for deprecated versions"));
    return;
  }
  if (utf8Length(warning) > 256) errors.push(invalid(path, warning, "must be <= 256 characters long"));
  if (warning === "") errors.push(invalid(path, warning, "must not be an empty string"));
  const unprintable = warning.search(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u);
  if (unprintable >= 0)
    errors.push(
      invalid(
        path,
        warning,
        `must only contain printable UTF-8 characters; non-printable character found at index ${utf8Length(warning.slice(0, unprintable))}`,
      ),
    );
}

/** All versions together: unique names, and exactly one storage version. */
function checkVersionSet(errors: FieldError[], spec: HoistedSpec): void {
  const { versions, original } = spec;
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    errors.push(invalid("spec.versions", versions.map(printedVersion), "must contain unique version names"));
  if ((original.versions ?? []).filter(({ storage }) => storage).length !== 1)
    errors.push(
      invalid("spec.versions", versions.map(printedVersion), "must have exactly one version marked as storage version"),
    );
}

/** Kubernetes prints its internal type here, whose fields have no JSON names. */
const printedVersion = (version: CustomResourceDefinitionVersion) => ({
  Name: version.name,
  Served: version.served ?? false,
  Storage: version.storage ?? false,
  Deprecated: version.deprecated ?? false,
  DeprecationWarning: version.deprecationWarning ?? null,
  Schema: version.schema
    ? { OpenAPIV3Schema: version.schema.openAPIV3Schema ? internalSchema(version.schema.openAPIV3Schema) : null }
    : null,
  Subresources: version.subresources
    ? goStruct("apiextensions.v1.CustomResourceSubresources", version.subresources)
    : null,
  AdditionalPrinterColumns: version.additionalPrinterColumns?.map(printedColumn) ?? null,
  SelectableFields: version.selectableFields?.map(({ jsonPath }) => ({ JSONPath: jsonPath })) ?? null,
});

const printedColumn = (column: CustomResourceColumnDefinition) => ({
  Name: column.name ?? "",
  Type: column.type ?? "",
  Format: column.format ?? "",
  Description: column.description ?? "",
  Priority: column.priority ?? 0,
  JSONPath: column.jsonPath ?? "",
});

function checkNames(errors: FieldError[], path: string, names: CustomResourceDefinitionNames): void {
  const { plural = "", singular = "", kind = "", listKind = "", shortNames, categories } = names;
  const check = (field: string, value: string, prefix = "") => {
    const problems = dns1035Label(prefix === "" ? value : value.toLowerCase());
    if (value !== "" && problems.length > 0)
      errors.push(invalid(`${path}.${field}`, value, `${prefix}${problems.join(",")}`));
  };
  const mixed = "may have mixed case, but should otherwise match: ";
  check("plural", plural);
  check("singular", singular);
  check("kind", kind, mixed);
  check("listKind", listKind, mixed);
  const checkAll = (field: string, values: readonly string[] = []) => {
    values.forEach((value, i) => {
      const problems = dns1035Label(value);
      if (problems.length > 0) errors.push(invalid(`${path}.${field}[${i}]`, value, problems.join(",")));
    });
  };
  checkAll("shortNames", shortNames);
  if (kind !== "" && kind === listKind)
    errors.push(invalid(`${path}.listKind`, listKind, "kind and listKind may not be the same"));
  checkAll("categories", categories);
}

function checkStoredVersions(
  errors: FieldError[],
  path: string,
  { spec, status: { storedVersions } }: CustomResourceDefinition,
): void {
  if (!storedVersions?.length) {
    errors.push(invalid(path, storedVersions ?? null, "must have at least one stored version"));
    return;
  }
  const names = (spec.versions ?? []).map(({ name }) => name);
  // Of versions with the same name the first counts.
  (spec.versions ?? []).forEach(({ name, storage }, i) => {
    if (storage && !(storedVersions.includes(name) && names.indexOf(name) === i))
      errors.push(invalid(path, storedVersions, `must have the storage version ${name}`));
  });
  storedVersions.forEach((version, i) => {
    if (!names.includes(version))
      errors.push(
        invalid(
          `${path}[${i}]`,
          version,
          `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
        ),
      );
  });
}
