/**
 * Values as Kubernetes prints its internal types in error messages: JSON of Go structs without JSON names, so that
 * every field appears, capitalised, with Go's zero for absent ones. Types of meta.v1 keep their JSON names.
 */
import { goFieldName } from "./go-names.ts";
import { isScalar } from "./idl.ts";
import { isImplicitEmptyList } from "./implicit-empty-list.ts";
import { type Field, structOf } from "./table.ts";

/** `name` is the schema's: `core.v1.Toleration`. */
export function goStruct(name: string, value: unknown): unknown {
  if (name.startsWith("meta.v1.") || value === null || typeof value !== "object") return value ?? null;
  const object = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    [...structOf(name).fields.values()].map((field) => [
      goFieldName(name, field.name),
      goField(field, object[field.name]),
    ]),
  );
}

function goField(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return zeroOf(field);
  if (isImplicitEmptyList(value)) return null;
  if (field.shape === "list") return (value as readonly unknown[]).map((item) => goValue(field, item));
  if (field.shape === "map")
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, goValue(field, item)]),
    );
  return goValue(field, value);
}

const goValue = ({ type }: Field, value: unknown) => (isScalar(type) ? value : goStruct(type, value));

/** What Go prints for an absent field. */
export function zeroOf({ pointer, shape, type }: Field): unknown {
  if (pointer || shape !== "one") return null;
  if (!isScalar(type)) return type.startsWith("meta.v1.") ? {} : goStruct(type, {});
  if (type === "string") return "";
  if (type === "bool") return false;
  if (type === "IntOrString" || type === "int32" || type === "int64" || type === "double") return 0;
  return type === "Quantity" ? "0" : null;
}
