/** How a streamed list renders what is stored. Each run of items is rendered once and kept in that form. */
import type { RowsRequest } from "../../../api/store/store.ts";

export interface ItemForm {
  /** Forms of the same name render a text identically. */
  readonly name: string;
  /** Precedes each item except the first of a list; kept runs all begin with it. */
  readonly separator: "," | "";
  /** Begins a run of items. */
  readonly run: () => RunWriter;
  /** Turns kept bytes into an answer as of `now` (ms since the epoch); absent if the time does not matter. */
  readonly at?: (now: number, cached: Uint8Array) => Uint8Array;
}

/** Takes stored texts, one after the other. */
export interface RunWriter {
  /** Returns the approximate length of the run so far. */
  add(text: string): number;
  finish(): WrittenRun;
}

export interface WrittenRun {
  readonly bytes: Uint8Array;
  /** The offset in `bytes` at which each item ends. */
  readonly ends: readonly number[];
}

/** How rows are rendered. Passed in, because a store knows nothing of kinds. */
export type RowForm = (request: RowsRequest) => ItemForm;
