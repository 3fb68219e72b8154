/** x-kubernetes-list-type and x-kubernetes-list-map-keys: how server-side apply merges a list. */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { type FieldError, forbidden, invalid, notSupportedText, required } from "../../machinery/field-error.ts";
import { repeated } from "../../machinery/repeated.ts";
import { itemListOf, itemsOf } from "../../machinery/structural/json-schema.ts";

export function checkListType(errors: FieldError[], path: string, schema: JSONSchemaProps): void {
  const { type = "" } = schema;
  const listType = schema["x-kubernetes-list-type"];
  const items = itemsOf(schema);
  if (listType !== undefined && type !== "array") {
    const mustBe = "must be array if x-kubernetes-list-type is specified";
    errors.push(type === "" ? required(`${path}.type`, mustBe) : invalid(`${path}.type`, type, mustBe));
  } else if (listType === "set" && items) checkSetItems(errors, `${path}.items`, items);
  if (listType !== undefined && !["atomic", "set", "map"].includes(listType))
    errors.push(notSupportedText(`${path}.x-kubernetes-list-type`, listType, ["atomic", "set", "map"]));
  if (schema["x-kubernetes-list-map-keys"]?.length && listType !== "map") {
    const mustBe = "must be map if x-kubernetes-list-map-keys is non-empty";
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(at, mustBe) : invalid(at, listType, mustBe));
  }
  if (listType === "map") checkMapList(errors, path, schema);
  if (items && (listType === "map" || listType === "set")) checkKeyed(errors, path, schema, items);
}

/** Items of a set are compared whole, so nothing inside them may merge. */
function checkSetItems(errors: FieldError[], path: string, items: JSONSchemaProps): void {
  const listType = items["x-kubernetes-list-type"];
  const atomic = "must be atomic as item of a list with x-kubernetes-list-type=set";
  if (items.type === "array" && listType !== undefined && listType !== "atomic")
    errors.push(invalid(`${path}.x-kubernetes-list-type`, listType, atomic));
  // Kubernetes shows the list type here, too.
  if (items.type === "object" && items["x-kubernetes-map-type"] !== "atomic")
    errors.push(invalid(`${path}.x-kubernetes-map-type`, listType ?? null, atomic));
}

function checkMapList(errors: FieldError[], path: string, schema: JSONSchemaProps): void {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  const items = itemsOf(schema);
  if (keys.length === 0) errors.push(required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
  if (schema.items === undefined)
    errors.push(required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map"));
  else if (!items) {
    // Go's value with neither a schema nor a list of schemas.
    const list = itemListOf(schema);
    const shown = list.length > 0 ? list : { Schema: null, JSONSchemas: schema.items === true ? null : [] };
    errors.push(invalid(`${path}.items`, shown, "must only have a single schema if x-kubernetes-list-type is map"));
  }
  if (!items) return;
  if (items.type !== "object") {
    errors.push(
      invalid(`${path}.items.type`, items.type ?? "", "must be object if parent array's x-kubernetes-list-type is map"),
    );
    return;
  }
  const again = repeated(keys);
  keys.forEach((key, i) => {
    const property = items.properties?.[key];
    if (!property) errors.push(invalid(keysPath, keys, "entries must all be names of item properties"));
    else if (property.type === "array" || property.type === "object")
      errors.push(
        invalid(
          `${path}.items.properties[${key}].type`,
          items.type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (again.has(i)) errors.push(invalid(keysPath, keys, "must not contain duplicate entries"));
  });
}

/** Every item has a key, so neither the item nor a part of its key may be missing. */
function checkKeyed(errors: FieldError[], path: string, schema: JSONSchemaProps, items: JSONSchemaProps): void {
  const listType = schema["x-kubernetes-list-type"];
  if (items.nullable)
    errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  if (listType !== "map") return;
  const always = new Set(items.required);
  for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
    const property = items.properties?.[key];
    if (!property) continue;
    const at = `${path}.items.properties[${key}]`;
    const isKey = "this property is in x-kubernetes-list-map-keys, so it";
    if (!always.has(key) && property.default === undefined)
      errors.push(required(`${at}.default`, `${isKey} must have a default or be a required property`));
    if (property.nullable) errors.push(forbidden(`${at}.nullable`, `${isKey} cannot be nullable`));
  }
}
