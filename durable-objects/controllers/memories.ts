/** What plans say to remember, kept where it survives the object's sleep. */

/** As a Durable Object's synchronous storage has it. */
export interface MemoryStorage {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): void;
}

export class Memories {
  readonly #storage: MemoryStorage;
  readonly #known = new Map<string, unknown>();

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
  }

  get(who: string, item: string): unknown {
    const key = keyOf(who, item);
    if (!this.#known.has(key)) this.#known.set(key, this.#storage.get(key));
    return this.#known.get(key);
  }

  /** Writes only what is new: a write is a row. */
  set(who: string, item: string, memory: unknown): void {
    const key = keyOf(who, item);
    const known = this.get(who, item);
    // What has nothing to remember is not remembered itself: items come and go.
    if (memory === undefined) this.#known.delete(key);
    if (known === memory) return;
    if (memory === undefined) {
      this.#storage.delete(key);
      return;
    }
    this.#known.set(key, memory);
    this.#storage.put(key, memory);
  }
}

const keyOf = (who: string, item: string) => `memory ${who} ${item}`;
