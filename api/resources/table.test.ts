import { expect, test } from "vitest";
import type { KubeObject } from "../machinery/meta.ts";
import { viewAtVersion } from "../machinery/partial-metadata.ts";
import type { Column } from "./resource.ts";
import { parseIncludeObject, renderTable } from "./table.ts";

const now = Date.parse("2026-01-02T00:00:00Z");
const object: KubeObject & { data: object } = {
  kind: "Thing",
  apiVersion: "v1",
  metadata: { name: "a", creationTimestamp: "2026-01-01T21:55:00Z" },
  data: { x: 1 },
};
const columns: Column<KubeObject>[] = [
  { name: "Data", type: "integer", description: "How much.", of: () => 1 },
  { name: "Image", type: "string", description: { field: "core.v1.Thing.image" }, priority: 1, of: () => "x" },
];
const options = { now, includeObject: "Metadata" as const, metadata: { resourceVersion: "7" } };

test("a table has Name first and Age before the wide columns", () => {
  const table = renderTable({ columns }, [object], { ...options, documentation: (field) => `doc of ${field}` });
  expect(table.columnDefinitions).toEqual([
    { name: "Name", type: "string", format: "name", description: "doc of meta.v1.ObjectMeta.name", priority: 0 },
    { name: "Data", type: "integer", format: "", description: "How much.", priority: 0 },
    {
      name: "Age",
      type: "string",
      format: "",
      description: "doc of meta.v1.ObjectMeta.creationTimestamp",
      priority: 0,
    },
    { name: "Image", type: "string", format: "", description: "doc of core.v1.Thing.image", priority: 1 },
  ]);
  expect(table).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: { resourceVersion: "7" } });
  expect(table.rows?.[0]?.cells).toEqual(["a", 1, "125m", "x"]);
});

test.each([
  ["None", null],
  ["Metadata", { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata }],
  ["Object", object],
] as const)("a row includes %s of its object", (includeObject, included) => {
  expect(renderTable({ columns }, [object], { ...options, includeObject }).rows?.[0]?.object).toEqual(included);
});

test("a kind can omit Name and Age, and add rows of its own content", () => {
  const rowConditions = () => [{ type: "Completed", status: "True" as const }];
  const table = renderTable({ columns, name: false, age: false, rowConditions }, [object], options);
  expect(table.rows).toMatchObject([{ cells: [1, "x"], conditions: [{ type: "Completed" }] }]);
});

test("later watch events and empty lists keep the table's columns", () => {
  expect(renderTable({}, [], { ...options, headers: false })).toMatchObject({ columnDefinitions: null, rows: [] });
});

test("an empty list of a kind without a printer has no rows at all", () => {
  const created: Column<KubeObject> = { name: "Created At", type: "date", description: "", of: () => "" };
  expect(renderTable({ columns: [created], age: false }, [], options).rows).toBeNull();
});

test("includeObject must be one of three values, or empty", () => {
  expect(parseIncludeObject("")).toEqual({ ok: true, includeObject: "Metadata" });
  expect(parseIncludeObject("Nope")).toEqual({
    ok: false,
    message: `Unable to convert to Table as requested: includeObject: Invalid value: "Nope": must be 'Metadata', 'Object', 'None', or empty`,
  });
});

test("WIRE-TABLE: a table of meta.k8s.io/v1beta1 has that version in all its parts", () => {
  const inner = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata" };
  const table = { kind: "Table", apiVersion: "meta.k8s.io/v1", rows: [{ cells: [], object: inner }, { cells: [] }] };
  expect(viewAtVersion(table, "v1")).toBe(table);
  expect(viewAtVersion(table, "v1beta1")).toEqual({
    kind: "Table",
    apiVersion: "meta.k8s.io/v1beta1",
    rows: [{ cells: [], object: { ...inner, apiVersion: "meta.k8s.io/v1beta1" } }, { cells: [] }],
  });
  const pod = { apiVersion: "v1", kind: "Pod" };
  expect(viewAtVersion({ ...table, rows: [{ object: pod }] }, "v1beta1").rows).toEqual([{ object: pod }]);
});

test("a kind can define its own order of rows", () => {
  const rowOrder = (a: KubeObject, b: KubeObject) => ((a.metadata.name ?? "") > (b.metadata.name ?? "") ? -1 : 1);
  const later = { ...object, metadata: { ...object.metadata, name: "b" } };
  const table = renderTable({ columns, rowOrder }, [object, later], options);
  expect(table.rows?.map(({ cells }) => cells[0])).toEqual(["b", "a"]);
});

test("an undefined column has cells only", () => {
  const table = renderTable(
    { columns: columns.map((column) => ({ ...column, isUndefined: true })) },
    [object],
    options,
  );
  expect(table.columnDefinitions?.map(({ name }) => name)).toEqual(["Name", "Age"]);
  expect(table.rows?.[0]?.cells).toEqual(["a", 1, "125m", "x"]);
});
