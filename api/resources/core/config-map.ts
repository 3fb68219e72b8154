import type { ConfigMap } from "../../generated/core.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, tooLong, WHOLE_OBJECT } from "../../machinery/field-error.ts";
import { deepEqual } from "../../machinery/json/deep-equal.ts";
import { configMapKey } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";

/** For a Secret or ConfigMap: the total size of its values, in bytes. */
export const MAX_DATA_BYTES = 1024 * 1024;

/** The length of the decoded base64. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export const IMMUTABLE_WHEN_SET = "field is immutable when `immutable` is set";

export const configMap = defineResource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "changes", "meta", "whole"],
  shortNames: ["cm"],
  validate,
  validateUpdate,
  columns: [
    {
      name: "Data",
      type: "string",
      description: { field: "core.v1.ConfigMap.data" },
      of: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
  ],
});

function validate({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in data) {
    for (const problem of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, problem));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    bytes += utf8Length(data[key] ?? "");
  }
  for (const key in binaryData) {
    for (const problem of configMapKey(key)) errors.push(invalid(`binaryData[${key}]`, key, problem));
    bytes += base64Bytes(binaryData[key] ?? "");
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong(WHOLE_OBJECT, MAX_DATA_BYTES));
  return errors;
}

function validateUpdate(next: ConfigMap, old: ConfigMap): FieldError[] {
  if (!old.immutable) return [];
  const errors: FieldError[] = [];
  if (!next.immutable) errors.push(forbidden("immutable", IMMUTABLE_WHEN_SET));
  if (!sameValue(next.data, old.data)) errors.push(forbidden("data", IMMUTABLE_WHEN_SET));
  if (!deepEqual(next.binaryData, old.binaryData)) errors.push(forbidden("binaryData", IMMUTABLE_WHEN_SET));
  return errors;
}
