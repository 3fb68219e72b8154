/** Embedded objects (`x-kubernetes-embedded-resource`) are API objects: they state their kind. */
import type { ObjectMeta } from "../../generated/meta.v1.ts";
import { type FieldError, invalid, required } from "../field-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { dns1035Label, nameIsPathSegment } from "../names.ts";
import { validateObjectMeta } from "../object-meta-validation.ts";
import { childPath, isEmbedded, itemsOf, memberOf, type Schema } from "./json-walk.ts";

export function validateEmbedded(value: unknown, schema: Schema | undefined, path = ""): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => validateEmbedded(item, itemsOf(schema), `${path}[${i}]`));
  if (!isJsonObject(value)) return [];
  return [
    ...(isEmbedded(schema) ? objectErrors(value, path) : []),
    ...Object.entries(value).flatMap(([name, member]) =>
      validateEmbedded(member, memberOf(schema, name), childPath(path, name)),
    ),
  ];
}

function objectErrors(object: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ["apiVersion", "kind"]) {
    const at = childPath(path, name);
    const value = object[name];
    if (value === undefined) errors.push(required(at));
    else if (typeof value !== "string") errors.push(invalid(at, value, "must be a string"));
    else if (value === "") errors.push(invalid(at, value, "must not be empty"));
    else if (name === "apiVersion" && value.split("/").length > 2)
      errors.push(invalid(at, value, `unexpected GroupVersion string: ${value}`));
    else if (name === "kind") {
      const problems = dns1035Label(value.toLowerCase());
      if (problems.length > 0)
        errors.push(invalid(at, value, `may have mixed case, but should otherwise match: ${problems.join(",")}`));
    }
  }
  if (!isJsonObject(object.metadata)) return errors;
  const metadata = object.metadata as ObjectMeta;
  const named = { ...metadata, name: metadata.name || "fakename" };
  return [
    ...errors,
    ...validateObjectMeta(named, {
      scope: metadata.namespace ? "Namespaced" : "Cluster",
      validateName: nameIsPathSegment,
      path: childPath(path, "metadata"),
      anyFinalizer: true,
    }),
  ];
}
