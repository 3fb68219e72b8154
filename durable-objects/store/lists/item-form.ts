/** In which form a streamed list tells what is stored: each run of its items is written by this, and kept as it was written. */
import type { RowsRequest } from "../../../api/store.ts";

export interface ItemForm {
  /** Two forms of one name write the same of a text. */
  readonly name: string;
  /** What stands before each item but the first of a list, and is written before all. */
  readonly separator: "," | "";
  /** Begins a run of items. */
  readonly run: () => RunWriter;
  /** What was kept, as an answer of that time has it (ms since the epoch); absent where the time does not matter. */
  readonly at?: (now: number, kept: Uint8Array) => Uint8Array;
}

/** Takes stored texts, one after the other. */
export interface RunWriter {
  /** Answers how long the run is by now, about. */
  add(text: string): number;
  finish(): WrittenRun;
}

export interface WrittenRun {
  readonly bytes: Uint8Array;
  /** Where each item ends in `bytes`. */
  readonly ends: readonly number[];
}

/** How rows are made: a store knows nothing of kinds. */
export type RowForm = (request: RowsRequest) => ItemForm;
