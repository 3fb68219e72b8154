/** Sets of completion indexes in their text form, such as `0,3-5`. */

interface Run {
  readonly first: number;
  readonly last: number;
}

/** Stored as ranges: a job may have two billion indexes, and list them in one line. */
export class Indexes {
  /** Sorted, and never adjacent. */
  readonly #runs: readonly Run[];

  private constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  static parse(text: string | undefined, completions: number): Indexes {
    const runs = (text ?? "").split(",").flatMap((part): Run[] => {
      const [first = "", last = first] = part.split("-");
      const run = { first: Number(first), last: Math.min(Number(last), completions - 1) };
      return part !== "" && run.first <= run.last ? [run] : [];
    });
    return new Indexes(joined(runs));
  }

  get size(): number {
    return this.#runs.reduce((size, run) => size + length(run), 0);
  }

  has(index: number): boolean {
    return this.lastFrom(index) !== undefined;
  }

  /** The last consecutive member from an index on; undefined if the index is not a member. */
  lastFrom(index: number): number | undefined {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle];
      if (!run || index < run.first) high = middle;
      else if (index > run.last) low = middle + 1;
      else return run.last;
    }
    return undefined;
  }

  with(indexes: Iterable<number>): Indexes {
    const more = Array.from(indexes, (index) => ({ first: index, last: index }));
    return more.length === 0 ? this : new Indexes(joined([...this.#runs, ...more]));
  }

  /** The size of the intersection. */
  countShared(others: Indexes): number {
    const [mine, theirs] = [this.#runs, others.#runs];
    let count = 0;
    for (let i = 0, j = 0; ; ) {
      const [a, b] = [mine[i], theirs[j]];
      if (!a || !b) return count;
      count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
      if (a.last < b.last) i++;
      else j++;
    }
  }

  /** Three or more consecutive indexes are written as a range, two as `1,2`, as in Kubernetes. */
  toString(): string {
    return this.#runs
      .map((run) => {
        const { first, last } = run;
        return length(run) === 1 ? `${first}` : `${first}${length(run) === 2 ? "," : "-"}${last}`;
      })
      .join(",");
  }
}

const length = ({ first, last }: Run) => last - first + 1;

/** Sorted, with adjacent ranges merged. */
function joined(runs: readonly Run[]): readonly Run[] {
  const all: Run[] = [];
  for (const run of runs.toSorted((a, b) => a.first - b.first)) {
    const before = all.at(-1);
    if (before && run.first <= before.last + 1)
      all[all.length - 1] = { first: before.first, last: Math.max(before.last, run.last) };
    else all.push(run);
  }
  return all;
}
