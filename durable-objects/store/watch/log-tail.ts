/** The log as a relay follows it: everything after a revision, then each new entry once it is on disk. */
import type { Revision } from "../../../api/store/store.ts";
import type { LogTables, Marks } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";
import { renderTailLine } from "./tail-line.ts";

interface LogTailOptions {
  readonly tables: LogTables;
  readonly turns: Turns;
  readonly marks: () => Marks;
}

/** Text per read, in UTF-16 units, and bytes that may wait for a relay. */
const CHUNK_LENGTH = 256 * 1024;
const QUEUE_BYTES = 1024 * 1024;
/** Milliseconds. Lets the platform notice that a relay is gone. */
const HEARTBEAT_MS = 20_000;
/** Relays skip it; the store uses it to notice that one is gone. */
const EMPTY_LINE = new TextEncoder().encode("\n");

export class LogTails {
  readonly #options: LogTailOptions;
  readonly #waiting = new Set<() => void>();

  constructor(options: LogTailOptions) {
    this.#options = options;
  }

  /** Called when the log has grown. */
  wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }

  /** The stream ends with an error if what is to be sent next was compacted. */
  open(since: Revision, closed: () => void): ReadableStream<Uint8Array> {
    const { turns, marks } = this.#options;
    const encoder = new TextEncoder();
    let cursor = since;
    let open = true;
    let resume = () => {};
    const end = () => {
      open = false;
      resume();
      closed();
    };
    const grown = () =>
      new Promise<"grown" | "idle">((resolve) => {
        const done = (what: "grown" | "idle") => {
          this.#waiting.delete(resume);
          cancelTimer();
          resolve(what);
        };
        const cancelTimer = turns.after(HEARTBEAT_MS, () => done("idle"));
        resume = () => done("grown");
        this.#waiting.add(resume);
      });
    /** Undefined once the stream was cancelled. */
    const next = async (): Promise<Uint8Array | undefined> => {
      while (open) {
        if (cursor === marks().revision && (await grown()) === "idle") return EMPTY_LINE;
        // Everything applied by now will then be on disk.
        const newest = marks().revision;
        await turns.settled();
        if (!open) return undefined;
        if (cursor < marks().oldest) throw new Error("compacted");
        const { text, through } = this.#read(cursor, newest);
        cursor = through;
        if (text !== "") return encoder.encode(text);
      }
      return undefined;
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const chunk = await next();
            if (chunk) controller.enqueue(chunk);
          } catch (error) {
            end();
            throw error;
          }
        },
        cancel: end,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUE_BYTES }),
    );
  }

  /** As much of the log as fits into a chunk. */
  #read(after: Revision, newest: Revision): { readonly text: string; readonly through: Revision } {
    const { tables } = this.#options;
    let text = "";
    for (const row of tables.rowsBetween(after, newest)) {
      text += renderTailLine(tables, row);
      if (text.length > CHUNK_LENGTH) return { text, through: row.revision };
    }
    return { text, through: newest };
  }
}
