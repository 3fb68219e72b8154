/** What plans ask to be remembered, kept where it survives the object's sleep. */

/** The part of a Durable Object's synchronous storage that is used here. */
export interface MemoryStorage {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): void;
}

export class PlanMemory {
  readonly #storage: MemoryStorage;
  readonly #known = new Map<string, unknown>();

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
  }

  get(controller: string, item: string): unknown {
    const key = keyOf(controller, item);
    if (!this.#known.has(key)) this.#known.set(key, this.#storage.get(key));
    return this.#known.get(key);
  }

  /** Writes only if the value is new: each write is a row. */
  set(controller: string, item: string, memory: unknown): void {
    const key = keyOf(controller, item);
    const known = this.get(controller, item);
    // Items with nothing to remember are not remembered either, since items come and go.
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

const keyOf = (controller: string, item: string) => `memory ${controller} ${item}`;
