import { expect, test } from "vitest";
import { NOW } from "../../../test/fakes/objects/managed-object.ts";
import { fieldPath } from "./field-set.ts";
import { parentEntries, scaleEntries } from "./scale-owners.ts";

test("SCALE-01: the scale endpoint shows the owners of spec.replicas, and changes them in the object", () => {
  const paths = { "apps/v1": ["spec", "replicas"] };
  const set = { "f:spec": { "f:replicas": {}, "f:paused": {} } };
  const common = { apiVersion: "apps/v1", fieldsType: "FieldsV1", fieldsV1: set, time: NOW };
  const entries = [
    { ...common, manager: "m", operation: "Apply" },
    { ...common, manager: "other", operation: "Apply", fieldsV1: fieldPath("spec", "paused") },
  ];
  const seen = scaleEntries(entries, paths);
  expect(seen).toEqual([
    {
      ...common,
      apiVersion: "autoscaling/v1",
      manager: "m",
      operation: "Apply",
      fieldsV1: fieldPath("spec", "replicas"),
    },
  ]);
  const scaler = {
    manager: "hpa",
    operation: "Update",
    apiVersion: "autoscaling/v1",
    subresource: "scale",
    fieldsType: "FieldsV1",
    fieldsV1: fieldPath("spec", "replicas"),
  };
  expect(parentEntries(entries, [scaler], { paths, apiVersion: "apps/v1" })).toEqual([
    { ...common, manager: "m", operation: "Apply", fieldsV1: fieldPath("spec", "paused") },
    entries[1],
    { ...scaler, apiVersion: "apps/v1" },
  ]);
});

test("SCALE-01: entries that do not own replicas stay, even of a version without a scale, but not of a removed version", () => {
  const of = (apiVersion: string) => ({
    manager: apiVersion,
    operation: "Update",
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: fieldPath("spec", "replicas"),
  });
  const entries = [of("e.com/v1"), of("e.com/v2"), of("e.com/gone")];
  const paths = { "e.com/v1": ["spec", "size"], "e.com/v2": null };
  expect(scaleEntries(entries, paths)).toBeUndefined();
  expect(parentEntries(entries, undefined, { paths, apiVersion: "e.com/v1" })).toEqual([entries[0], entries[1]]);
});
