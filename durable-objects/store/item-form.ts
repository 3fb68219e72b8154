/** In which form a streamed list tells what is stored: each run of its items is written by this, and kept as it was written. */
import { metadataText } from "../../api/machinery/object-text.ts";
import type { ItemRequest, RowsRequest } from "../../api/store.ts";
import { protobufItems } from "./protobuf-items.ts";

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

export function itemForm(items: ItemRequest = { dropPrefix: "" }, rowForm?: RowForm): ItemForm {
  if ("rowsOf" in items) {
    if (!rowForm) throw new Error("this store makes no rows");
    return rowForm(items);
  }
  if ("protobufList" in items) return protobufItems(items.protobufList);
  if ("metadataAfter" in items) {
    const { metadataAfter } = items;
    return textForm(`metadata ${metadataAfter}`, (text) => `${metadataAfter}${metadataText(text)}}`);
  }
  const { dropPrefix } = items;
  return textForm(`whole ${dropPrefix}`, (text) =>
    dropPrefix !== "" && text.startsWith(dropPrefix) ? `{${text.slice(dropPrefix.length)}` : text,
  );
}

/** Items of text, joined by commas. */
export const textForm = (name: string, of: (text: string) => string): ItemForm => ({
  name,
  separator: ",",
  run() {
    const run = textRun();
    return { add: (text) => run.add(`,${of(text)}`), finish: run.finish };
  },
});

/** Items whose texts follow each other. */
export function textRun(): RunWriter {
  let run = "";
  const ends: number[] = [];
  return {
    add(text) {
      run += text;
      ends.push(run.length);
      return run.length;
    },
    finish() {
      const bytes = encoder.encode(run);
      return { bytes, ends: endsInBytes(run, ends, bytes) };
    },
  };
}

const encoder = new TextEncoder();

/** Where each item ends in bytes, from where it ends in the text. */
function endsInBytes(text: string, ends: readonly number[], bytes: Uint8Array): readonly number[] {
  if (bytes.length === text.length) return ends;
  let end = 0;
  return ends.map((textEnd, item) => {
    end += encoder.encode(text.slice(ends[item - 1] ?? 0, textEnd)).length;
    return end;
  });
}
