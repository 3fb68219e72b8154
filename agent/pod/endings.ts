/** The containers of a pod that are being stopped, for whatever reason: they may have to end sooner than was planned. */
export class Endings {
  readonly #ids = new Set<string>();
  #hurry = new AbortController();

  /** `end` is told by the signal to wait for nothing any more. */
  async follow(id: string, end: (hurry: AbortSignal) => Promise<void>): Promise<void> {
    this.#ids.add(id);
    try {
      await end(this.#hurry.signal);
    } finally {
      this.#ids.delete(id);
    }
  }

  /** Returns whom it hurries. */
  hurry(): readonly string[] {
    this.#hurry.abort();
    this.#hurry = new AbortController();
    return [...this.#ids];
  }
}
