/** Lists as the API server prints them: meta.k8s.io/v1 Table, the same columns that kubectl shows. */
import { signal } from "@preact/signals";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Table, TableCell, TableColumnDefinition, TableRow } from "../../api/resources/table.ts";
import type { LiveSource } from "./live-list.ts";

/** Without bigints: browsers' JSON rounds them. */
export type Cell = Exclude<TableCell, bigint>;

export interface Row {
  readonly cells: readonly Cell[];
  readonly metadata: Stored<KubeObject>["metadata"];
}

export type Columns = readonly TableColumnDefinition[];

export interface TableSource extends LiveSource<Row> {
  /** Known after the first answer. */
  readonly columns: { readonly value: Columns };
}

export function tableAt(path: string, query: Readonly<Record<string, string>> = {}): TableSource {
  const columns = signal<Columns>([]);
  const rowsOf = (body: unknown): (readonly [string, Row])[] => {
    const { columnDefinitions, rows } = body as Table;
    if (columnDefinitions && columns.peek().length === 0) columns.value = columnDefinitions;
    return (rows ?? []).flatMap(rowOf);
  };
  return {
    path,
    query: { ...query, includeObject: "Metadata" },
    accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    decodeList: rowsOf,
    decodeEvent: (object) => rowsOf(object)[0],
    columns,
  };
}

function rowOf({ cells, object }: TableRow): (readonly [string, Row])[] {
  const metadata = object?.metadata as Row["metadata"] | undefined;
  return metadata ? [[metadata.uid, { cells: cells as readonly Cell[], metadata }]] : [];
}
