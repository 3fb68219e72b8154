/** A map that drops the least recently written entries. */
export class Recent<T> {
  readonly #entries = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number, entries: Iterable<readonly [key: string, T]> = []) {
    this.#limit = limit;
    for (const [key, value] of entries) this.set(key, value);
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const oldest = this.#entries.size > this.#limit ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /** The most recently written entries, newest last. */
  newest(count: number): [string, T][] {
    return [...this.#entries].slice(-count);
  }
}
