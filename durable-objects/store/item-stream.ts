/** The body of a streamed list: item texts joined by commas, read from the log a chunk at a time. */
import type { Revision } from "../../api/store.ts";
import type { LogTables } from "./log-tables.ts";
import type { Turns } from "./turns.ts";

interface ItemStreamOptions {
  readonly tables: LogTables;
  readonly revisions: readonly Revision[];
  readonly turns: Turns;
  readonly dropPrefix: string;
  /** The stream ended: read to its end, cancelled, or given up because nobody read it. */
  readonly closed: () => void;
}

/** Entries looked up by one statement, and the text at which a chunk is full, in UTF-16 units. */
const LOOKUP = 128;
const CHUNK = 256 * 1024;
/** The first chunk is small, so that the first byte is early. */
const FIRST_CHUNK = 16 * 1024;
/** A client that takes nothing for so long loses the stream: it pins history. In milliseconds. */
const STALLED = 60_000;

export function itemStream({ tables, revisions, turns, dropPrefix, closed }: ItemStreamOptions) {
  const encoder = new TextEncoder();
  let next = 0;
  let callOff = () => {};
  const end = () => {
    callOff();
    closed();
  };
  const itemOf = (text: string) =>
    dropPrefix !== "" && text.startsWith(dropPrefix) ? `{${text.slice(dropPrefix.length)}` : text;
  const chunk = () => {
    let text = "";
    const enough = next === 0 ? FIRST_CHUNK : CHUNK;
    while (next < revisions.length && text.length < enough) {
      const before = next;
      for (const item of tables.texts(revisions.slice(next, next + LOOKUP))) {
        text += (next === 0 ? "" : ",") + itemOf(item);
        next++;
        if (text.length >= enough) break;
      }
      if (next === before) throw new Error("the log lost an entry that an open list reads");
    }
    return encoder.encode(text);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        callOff();
        if (next < revisions.length) controller.enqueue(chunk());
        if (next === revisions.length) {
          controller.close();
          return end();
        }
        callOff = turns.after(STALLED, () => {
          controller.error(new Error("the list was not read"));
          end();
        });
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}
