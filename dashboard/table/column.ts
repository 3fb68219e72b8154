import type { ComponentChildren } from "preact";
import type { Comparable } from "./sorting.ts";

export interface Column<R> {
  readonly title: string;
  readonly description?: string;
  /** In characters. */
  readonly width: number;
  readonly cell: (row: R) => ComponentChildren;
  readonly sortBy: (row: R) => Comparable;
}
