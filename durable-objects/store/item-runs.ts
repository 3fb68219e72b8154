/**
 * The encoded items of lists, kept by the run of revisions that they are. An entry of the log never changes, so nothing here goes
 * stale: a list after a change reads anew the one run that the change is in. The least recently used go when the budget is spent.
 */
import type { Revision } from "../../api/store.ts";

export interface Run {
  readonly revisions: readonly Revision[];
  /** Where each item ends in `bytes`, which begin with a comma. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
}

/** A part of a list: how many items, and the bytes of them. */
interface Part {
  readonly items: number;
  readonly bytes: Uint8Array;
}

export class ItemRuns {
  readonly #budget: number;
  /** The longest idle first. */
  readonly #runs = new Map<string, Run>();
  #bytes = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** The items at `from` and after, as many as a run that begins with the same one has in common with the list. */
  find(revisions: readonly Revision[], from: number, dropPrefix: string): Part | undefined {
    const id = runId(revisions[from], dropPrefix);
    const run = this.#runs.get(id);
    if (!run) return undefined;
    let items = 0;
    while (items < run.revisions.length && run.revisions[items] === revisions[from + items]) items++;
    const end = run.ends[items - 1];
    if (end === undefined) return undefined;
    this.#runs.delete(id);
    this.#runs.set(id, run);
    return { items, bytes: run.bytes.subarray(0, end) };
  }

  keep(run: Run, dropPrefix: string): void {
    const id = runId(run.revisions[0], dropPrefix);
    this.#drop(id);
    this.#runs.set(id, run);
    this.#bytes += run.bytes.length;
    for (const eldest of this.#runs.keys()) {
      if (this.#bytes <= this.#budget) break;
      this.#drop(eldest);
    }
  }

  #drop(id: string): void {
    const run = this.#runs.get(id);
    if (!run) return;
    this.#bytes -= run.bytes.length;
    this.#runs.delete(id);
  }
}

const runId = (first: Revision | undefined, dropPrefix: string) => `${first} ${dropPrefix}`;
