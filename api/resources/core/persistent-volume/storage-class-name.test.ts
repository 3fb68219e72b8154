import { expect, test } from "vitest";
import type { PersistentVolumeClaim } from "../../../generated/core.v1.ts";
import { namesStorageClass, STORAGE_CLASS_ANNOTATION, storageClassOf } from "./storage-class-name.ts";

const claim = (field: string | undefined, annotation: string | undefined): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", ...(annotation !== undefined && { annotations: { [STORAGE_CLASS_ANNOTATION]: annotation } }) },
  spec: { ...(field !== undefined && { storageClassName: field }) },
  status: {},
});

test.each<[string, string | undefined, string | undefined, string, boolean]>([
  ["neither", undefined, undefined, "", false],
  ["the field", "fast", undefined, "fast", true],
  ["the annotation", undefined, "slow", "slow", true],
  ["both: the annotation wins", "fast", "slow", "slow", true],
  ["no class by the field", "", undefined, "", true],
  ["no class by the annotation", "fast", "", "", true],
])("%s", (_, field, annotation, name, says) => {
  expect(storageClassOf(claim(field, annotation))).toBe(name);
  expect(namesStorageClass(claim(field, annotation))).toBe(says);
});
