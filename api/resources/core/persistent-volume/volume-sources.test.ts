import { expect, test } from "vitest";
import type { FieldError } from "../../../machinery/field-error.ts";
import { validateSharedSource } from "./volume-sources.ts";

test("FAIR-PARSE: an image registry with many invalid parts is reported as one error", () => {
  const errors: FieldError[] = [];
  const quobyte = { registry: "a,".repeat(100_000), volume: "v" };
  validateSharedSource({ name: "v", quobyte }, "quobyte", { path: "spec.volumes[0]", errors });
  expect(errors.map(({ path }) => path)).toEqual(["spec.volumes[0].quobyte.registry"]);
});
