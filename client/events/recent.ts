/** A map that forgets what was written longest ago. */
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

  /** The last so many that were written, the newest last. */
  newest(count: number): [string, T][] {
    return [...this.#entries].slice(-count);
  }
}
