/** What plugins read besides the object: by key, all in one round trip, and each key once. */

import { keyId } from "../../api/key-id.ts";
import { parseObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Entry, Key } from "../../api/store/store.ts";
import type { ObjectStore } from "../storage/object-store.ts";

export class KeyedReads {
  readonly #store: ObjectStore;
  readonly #entries = new Map<string, Entry | undefined>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Reads what has not been read yet, in at most one round trip. */
  async prefetch(keys: readonly Key[]): Promise<void> {
    const wanted = [...new Map(keys.map((key) => [keyId(key), key])).values()];
    const unknown = wanted.filter((key) => !this.#entries.has(keyId(key)));
    if (unknown.length === 0) return;
    const entries = await this.#store.readMany(unknown);
    for (const [i, key] of unknown.entries()) this.#entries.set(keyId(key), entries[i]);
  }

  async entry(key: Key): Promise<Entry | undefined> {
    await this.prefetch([key]);
    return this.#entries.get(keyId(key));
  }

  /** Forgets what was read, or that nothing was found. */
  forget(key: Key): void {
    this.#entries.delete(keyId(key));
  }

  /** The object as it was read; the caller gets a copy of its own. */
  async object<T extends KubeObject>(key: Key): Promise<T | undefined> {
    const entry = await this.entry(key);
    return entry && parseObject<T>(entry.text);
  }
}
