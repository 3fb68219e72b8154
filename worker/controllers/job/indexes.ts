/** Sets of completion indexes in their text form, such as `0,3-5`. */

interface Run {
  readonly first: number;
  readonly last: number;
}

/** Kept as runs: a job may have two thousand million indexes, and name them in a line. */
export class Indexes {
  /** In order, none of them next to another. */
  #runs: readonly Run[];

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

  /** The last of those that follow each other from an index on; undefined where it is none of them. */
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

  /** How many both have. */
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

  /** Runs of three or more are written as a range, two neighbours as `1,2`, as Kubernetes does. */
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

/** In order, with those that meet made one. */
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
