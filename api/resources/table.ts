/** Objects as rows and cells: meta.k8s.io/v1 Table, which `kubectl get` prints. */

import type { KubeObject } from "../machinery/meta.ts";
import { partialObjectMetadata } from "../machinery/partial-metadata.ts";
import { type Ages, ageOf, agesAt } from "../machinery/time/duration.ts";
import type { Column, ResourceDefinition, RowCondition } from "./resource.ts";

/** What a row contains of its object besides the cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  /** ms since the epoch, for ages. */
  readonly now: number;
  readonly includeObject: IncludeObject;
  /** The list's metadata, or a single object's resourceVersion. */
  readonly metadata: object;
  /** In a watch, only the first event carries the column definitions. Default: true. */
  readonly headers?: boolean;
  /** The documentation of a field of the schema, for columns that show it: `core.v1.ConfigMap.data`. */
  readonly documentation?: (field: string) => string | undefined;
  /** The object at the version that the client requested. */
  readonly show?: (object: KubeObject) => KubeObject;
}

export interface TableColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export type TableCell = ReturnType<Column<KubeObject>["of"]>;

export interface TableRow {
  readonly cells: readonly TableCell[];
  readonly conditions?: readonly RowCondition[];
  readonly object: KubeObject | null;
}

export interface Table {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1";
  readonly metadata: object;
  readonly columnDefinitions: readonly TableColumnDefinition[] | null;
  /** Null if Kubernetes has no printer for the kind and there is nothing to print. */
  readonly rows: readonly TableRow[] | null;
}

/** The parts of a kind's definition that tables use. */
export type Printed = Pick<
  ResourceDefinition<KubeObject>,
  "columns" | "age" | "name" | "rowOrder" | "rowConditions" | "annotationsOfConversion"
>;

/** Objects are consumed as their rows are made. */
export function renderTable(printed: Printed, objects: Iterable<KubeObject>, options: TableOptions): Table {
  const columns = columnsOf(printed).filter(({ isUndefined }) => !isUndefined);
  const print = rowPrinter(printed, agesAt(options.now));
  const ordered = printed.rowOrder ? [...objects].sort(printed.rowOrder) : objects;
  const rows = Array.from(ordered, (object) => ({
    ...print(object),
    object: includedObject(object, printed, options),
  }));
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata,
    columnDefinitions: options.headers === false ? null : columns.map((column) => definitionOf(column, options)),
    rows: rows.length === 0 && hasNoPrinter(printed) ? null : rows,
  };
}

/** Makes a row, without the object. */
export function rowPrinter(printed: Printed, age: Ages): (object: KubeObject) => Omit<TableRow, "object"> {
  const columns = columnsOf(printed);
  return (object) => {
    const conditions = printed.rowConditions?.(object) ?? [];
    return {
      cells: columns.map(({ of }) => of(object, age)),
      ...(conditions.length > 0 ? { conditions } : {}),
    };
  };
}

/** Kinds without a printer show their creation time in place of their age. */
export const hasNoPrinter = ({ columns = [], age }: Printed) =>
  age === false && columns.length === 1 && columns[0]?.name === "Created At";

const META = "meta.v1.ObjectMeta";

const nameColumn: Column<KubeObject> = {
  name: "Name",
  type: "string",
  format: "name",
  description: { field: `${META}.name` },
  of: ({ metadata }) => metadata.name ?? "",
};

const ageColumn: Column<KubeObject> = {
  name: "Age",
  type: "string",
  description: { field: `${META}.creationTimestamp` },
  of: ({ metadata }, age) => ageOf(metadata.creationTimestamp, age),
};

/** Name comes first, and Age is the last column shown without `-o wide`. */
function columnsOf({ columns = [], name, age }: Printed): readonly Column<KubeObject>[] {
  const firstWide = columns.findIndex(({ priority }) => priority === 1);
  const narrow = firstWide < 0 ? columns : columns.slice(0, firstWide);
  return [
    ...(name === false ? [] : [nameColumn]),
    ...narrow,
    ...(age === false ? [] : [ageColumn]),
    ...columns.slice(narrow.length),
  ];
}

function definitionOf(column: Column<KubeObject>, { documentation }: TableOptions): TableColumnDefinition {
  const { name, type, format = "", description, priority = 0 } = column;
  const text = typeof description === "string" ? description : (documentation?.(description.field) ?? "");
  return { name, type, format, description: text, priority };
}

function includedObject(
  object: KubeObject,
  printed: Printed,
  { includeObject, show }: TableOptions,
): KubeObject | null {
  if (includeObject === "None") return null;
  if (includeObject === "Metadata") return partialObjectMetadata(object, printed);
  return show ? show(object) : object;
}

/** The `includeObject` parameter of a request, or the text of the 400. */
export function parseIncludeObject(
  requested: string,
): { ok: true; includeObject: IncludeObject } | { ok: false; message: string } {
  if (requested === "") return { ok: true, includeObject: "Metadata" };
  if (requested === "None" || requested === "Metadata" || requested === "Object")
    return { ok: true, includeObject: requested };
  const rule = "must be 'Metadata', 'Object', 'None', or empty";
  return {
    ok: false,
    message: `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(requested)}: ${rule}`,
  };
}
