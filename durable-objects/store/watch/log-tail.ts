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
  readonly #open = new Set<LogTail>();

  constructor(options: LogTailOptions) {
    this.#options = options;
  }

  /** Called when the log has grown. */
  wake(): void {
    for (const tail of this.#open) tail.wake();
  }

  /** The stream ends with an error if what is to be sent next was compacted. */
  open(since: Revision, closed: () => void): ReadableStream<Uint8Array> {
    const tail = new LogTail(this.#options, since);
    this.#open.add(tail);
    const end = () => {
      this.#open.delete(tail);
      tail.end();
      closed();
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const chunk = await tail.next();
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
}

class LogTail {
  readonly #options: LogTailOptions;
  #cursor: Revision;
  #hasEnded = false;
  #resume = () => {};

  constructor(options: LogTailOptions, since: Revision) {
    this.#options = options;
    this.#cursor = since;
  }

  wake(): void {
    this.#resume();
  }

  end(): void {
    this.#hasEnded = true;
    this.#resume();
  }

  /** Waits for entries; undefined once the tail has ended. */
  async next(): Promise<Uint8Array | undefined> {
    const { marks, turns } = this.#options;
    while (!this.#hasEnded) {
      if (this.#cursor === marks().revision && (await this.#grown()) === "idle") return EMPTY_LINE;
      // Everything applied by now will then be on disk.
      const newest = marks().revision;
      await turns.settled();
      if (this.#hasEnded) return undefined;
      if (this.#cursor < marks().oldest) throw new Error("compacted");
      const text = this.#read(newest);
      if (text !== "") return new TextEncoder().encode(text);
    }
    return undefined;
  }

  #grown(): Promise<"grown" | "idle"> {
    return new Promise((resolve) => {
      const cancelTimer = this.#options.turns.after(HEARTBEAT_MS, () => resolve("idle"));
      this.#resume = () => {
        cancelTimer();
        resolve("grown");
      };
    });
  }

  /** Moves on by as much of the log as fits into a chunk. */
  #read(newest: Revision): string {
    const { tables } = this.#options;
    let text = "";
    for (const row of tables.rowsBetween(this.#cursor, newest)) {
      text += renderTailLine(tables, row);
      if (text.length > CHUNK_LENGTH) {
        this.#cursor = row.revision;
        return text;
      }
    }
    this.#cursor = newest;
    return text;
  }
}
