/** Items as text, and the byte offset at which each ends in its run. */
import type { ItemForm, RunWriter } from "./item-form.ts";

/** Items of text, joined by commas. */
export const textForm = (name: string, of: (text: string) => string): ItemForm => ({
  name,
  separator: ",",
  run() {
    const run = textRun();
    return { add: (text) => run.add(`,${of(text)}`), finish: run.finish };
  },
});

/** Concatenates the texts of items. */
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

/** Byte offsets of the items' ends, from their offsets in the text. */
function endsInBytes(text: string, ends: readonly number[], bytes: Uint8Array): readonly number[] {
  if (bytes.length === text.length) return ends;
  let end = 0;
  return ends.map((textEnd, item) => {
    end += encoder.encode(text.slice(ends[item - 1] ?? 0, textEnd)).length;
    return end;
  });
}
