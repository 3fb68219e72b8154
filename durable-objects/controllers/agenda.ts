/** A timetable: which key is due when. A binary heap; outdated entries are skipped when they surface. */
export class Agenda<T> {
  readonly #times = new Map<string, number>();
  readonly #heap: { readonly key: string; readonly at: number; readonly value: T }[] = [];

  /** Replaces the key's time; undefined removes it. */
  set(key: string, at: number | undefined, value: T): void {
    if (at === undefined) {
      this.#times.delete(key);
      return;
    }
    if (this.#times.get(key) === at) return;
    this.#times.set(key, at);
    this.#heap.push({ key, at, value });
    this.#siftUp(this.#heap.length - 1);
  }

  next(): number | undefined {
    this.#dropOutdated();
    return this.#heap[0]?.at;
  }

  /** Removes and returns what is due by `now`. */
  due(now: number): T[] {
    const values: T[] = [];
    for (this.#dropOutdated(); this.#heap[0] && this.#heap[0].at <= now; this.#dropOutdated()) {
      this.#times.delete(this.#heap[0].key);
      values.push(this.#heap[0].value);
      this.#pop();
    }
    return values;
  }

  #dropOutdated(): void {
    for (let top = this.#heap[0]; top && this.#times.get(top.key) !== top.at; top = this.#heap[0]) this.#pop();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#siftDown();
    }
  }

  #siftUp(start: number): void {
    for (let child = start; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfLater(parent, child)) return;
      child = parent;
    }
  }

  #siftDown(): void {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const right = left + 1;
      const least = this.#at(right) < this.#at(left) ? right : left;
      if (!this.#swapIfLater(parent, least)) return;
      parent = least;
    }
  }

  #at(position: number): number {
    return this.#heap[position]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [above, below] = [this.#heap[parent], this.#heap[child]];
    if (!above || !below || above.at <= below.at) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}
