/** How many watches of whom are open at an object (rule FAIR-WATCH). */
export class WatchHolders {
  readonly #counts = new Map<string, number>();

  count(holder: string): number {
    return this.#counts.get(holder) ?? 0;
  }

  add(holder: string): void {
    this.#counts.set(holder, this.count(holder) + 1);
  }

  remove(holder: string): void {
    const left = this.count(holder) - 1;
    if (left > 0) this.#counts.set(holder, left);
    else this.#counts.delete(holder);
  }
}
