import { expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../../api/generated/meta.v1.ts";
import type { AdmissionRequest } from "./plugin.ts";
import { restoreManagedFields } from "./readable-owners.ts";

const entry = { manager: "m", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} };

test.each<[string, object, boolean, string]>([
  ["nothing is wrong with", { ...entry, manager: "n" }, true, ""],
  ["say no version", { ...entry, apiVersion: undefined }, false, "apiVersion must not be empty"],
  ["say no form", { ...entry, fieldsType: undefined }, false, "missing fieldsType in managed fields entry 0"],
  ["say no operation", { ...entry, operation: "Do" }, false, "operation must be `Apply` or `Update`"],
])("ADM-OWNERS: managedFields that %s", (_, made, isKept, problem) => {
  const [before, after] = [[entry], [made]] as [ManagedFieldsEntry[], ManagedFieldsEntry[]];
  const request = { object: { metadata: { managedFields: after } }, context: { warnings: [] as string[] } };
  restoreManagedFields(request as unknown as AdmissionRequest, before);
  expect(request.object.metadata.managedFields).toBe(isKept ? after : before);
  expect(request.context.warnings.map((text) => text.split("fix your requests: ")[1])).toEqual(
    problem ? [problem] : [],
  );
});
