/** What a definition says about views of its objects: columns, subresources, selectable fields. */
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from "../../generated/apiextensions.v1.ts";
import { duplicate, type FieldError, invalid, required, tooMany } from "../../machinery/field-error.ts";
import { followFieldPath } from "../../machinery/structural/field-path.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const MAX_SELECTABLE_FIELDS = 8;

export function checkColumns(
  errors: FieldError[],
  path: string,
  columns: readonly CustomResourceColumnDefinition[] = [],
): void {
  columns.forEach(({ name = "", type = "", format = "", jsonPath = "" }, i) => {
    const at = `${path}[${i}]`;
    if (name === "") errors.push(required(`${at}.name`));
    const oneOf = `must be one of ${COLUMN_TYPES.join(",")}`;
    if (type === "") errors.push(required(`${at}.type`, oneOf));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${at}.type`, type, oneOf));
    if (format !== "" && !FORMATS.includes(format))
      errors.push(invalid(`${at}.format`, format, `must be one of ${FORMATS.join(",")}`));
    if (jsonPath === "") errors.push(required(`${at}.JSONPath`));
    else checkSimplePath(errors, `${at}.JSONPath`, jsonPath);
  });
}

function checkSimplePath(errors: FieldError[], at: string, path: string): boolean {
  if (path.startsWith(".")) return true;
  errors.push(invalid(at, path, "must be a simple json path starting with ."));
  return false;
}

export function checkSubresources(
  errors: FieldError[],
  path: string,
  subresources: CustomResourceSubresources | undefined,
): void {
  const scale = subresources?.scale;
  if (!scale) return;
  const check = (field: string, value: string, under: string) => {
    const at = `${path}.scale.${field}`;
    if (value === "") errors.push(required(at));
    else if (checkSimplePath(errors, at, value) && !value.startsWith(`${under}.`))
      errors.push(invalid(at, value, `should be a json path under ${under}`));
  };
  check("specReplicasPath", scale.specReplicasPath ?? "", ".spec");
  check("statusReplicasPath", scale.statusReplicasPath ?? "", ".status");
  const { labelSelectorPath: selector } = scale;
  const at = `${path}.scale.labelSelectorPath`;
  if (selector && checkSimplePath(errors, at, selector) && !/^\.(spec|status)\./.test(selector))
    errors.push(invalid(at, selector, "should be a json path under either .spec or .status"));
}

export function checkSelectableFields(
  errors: FieldError[],
  path: string,
  fields: readonly SelectableField[] = [],
  schema: JSONSchemaProps | undefined,
): void {
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = "" }, i) => {
    const at = `${path}[${i}].jsonPath`;
    if (jsonPath === "") {
      errors.push(required(at));
      return;
    }
    const found = followFieldPath(jsonPath, schema ?? {});
    if ("problem" in found) {
      errors.push(invalid(at, jsonPath, `is an invalid path: ${found.problem}`));
      return;
    }
    if (found.names[0] === "metadata") errors.push(invalid(at, jsonPath, "must not point to fields in metadata"));
    if (!["string", "boolean", "integer"].includes(found.schema.type ?? ""))
      errors.push(
        invalid(
          at,
          jsonPath,
          "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.",
        ),
      );
    const canonical = found.names.join(".");
    if (seen.has(canonical)) errors.push(duplicate(at, jsonPath));
    seen.add(canonical);
  });
  if (seen.size > MAX_SELECTABLE_FIELDS) errors.push(tooMany(path, seen.size, MAX_SELECTABLE_FIELDS));
}
