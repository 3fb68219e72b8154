/**
 * A cache of rendered list items, keyed by the revisions that a run consists of. A log entry never changes, so nothing
 * here goes stale: after a change, a list renders only the run that contains it. The least recently used runs are
 * evicted.
 */
import type { ListRequest, Revision } from "../../../api/store/store.ts";
import { type Deflated, deflate } from "./gzip.ts";

export interface Run {
  readonly revisions: readonly Revision[];
  /** The offset in `bytes` at which each item ends. `bytes` begins with a comma. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
  /** It ended because it was long enough, and not because its list did. */
  readonly isFull: boolean;
}

/** A part of a list: the number of items, and their bytes. */
export interface Part {
  readonly items: number;
  readonly bytes: Uint8Array;
  /** As of the run, if it is a whole one. */
  readonly isFull: boolean;
  /** The compressed bytes, if those are kept as well. */
  readonly deflated?: () => Deflated;
}

interface CachedRun {
  readonly id: string;
  readonly run: Run;
  deflated?: Deflated;
}

/** Whether a list shares runs with others, which lists with a selector or a name do not. */
export const isWhole = ({ requirements, name }: Pick<ListRequest, "requirements" | "name">): boolean =>
  requirements === undefined && name === undefined;

export class ItemRuns {
  readonly #budget: number;
  /** Least recently used first. */
  readonly #runs = new Map<string, CachedRun>();
  #bytes = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /**
   * The items from `from` on in this form: as many as the list has in common with a cached run that begins with the
   * same one.
   */
  find(revisions: readonly Revision[], from: number, form: string): Part | undefined {
    const id = runId(revisions[from], form);
    const cached = this.#runs.get(id);
    if (!cached) return undefined;
    const { run } = cached;
    let items = 0;
    while (items < run.revisions.length && run.revisions[items] === revisions[from + items]) items++;
    const end = run.ends[items - 1];
    if (end === undefined) return undefined;
    this.#runs.delete(id);
    this.#runs.set(id, cached);
    if (items < run.revisions.length) return { items, bytes: run.bytes.subarray(0, end), isFull: false };
    return { items, bytes: run.bytes, isFull: run.isFull, deflated: () => this.#deflate(cached) };
  }

  cache(run: Run, form: string): Part {
    const id = runId(run.revisions[0], form);
    this.#drop(id);
    const cached: CachedRun = { id, run };
    this.#runs.set(id, cached);
    this.#grow(run.bytes.length);
    return { items: run.revisions.length, bytes: run.bytes, isFull: run.isFull, deflated: () => this.#deflate(cached) };
  }

  #deflate(cached: CachedRun): Deflated {
    if (cached.deflated) return cached.deflated;
    const deflated = deflate(cached.run.bytes);
    // It may have been evicted since it was found.
    if (this.#runs.get(cached.id) === cached) {
      cached.deflated = deflated;
      this.#grow(deflated.bytes.length);
    }
    return deflated;
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    for (const eldest of this.#runs.keys()) {
      if (this.#bytes <= this.#budget) break;
      this.#drop(eldest);
    }
  }

  #drop(id: string): void {
    const cached = this.#runs.get(id);
    if (!cached) return;
    this.#bytes -= cached.run.bytes.length + (cached.deflated?.bytes.length ?? 0);
    this.#runs.delete(id);
  }
}

const runId = (first: Revision | undefined, form: string) => `${first} ${form}`;
