/** Interns equal values: pods of a template have their labels, containers and conditions in common. */
import { setMember } from "./json-object.ts";

/** Longer texts cost more to remember than they save; their parts are shared all the same. */
const MAX_LENGTH = 10_000;

export class SharedValues {
  // Separate, because a text may look like the key of a value.
  readonly #texts = new Recent();
  readonly #values = new Recent();

  text(text: string): string {
    return text.length > MAX_LENGTH ? text : this.#texts.oneFor(text, text);
  }

  /** Equal to `value` (plain JSON), and identical to a recent equal one. Must not be modified. */
  value<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T & string;
    if (typeof value !== "object" || value === null) return value;
    const key = JSON.stringify(value);
    const isShort = key.length <= MAX_LENGTH;
    const known = isShort ? this.#values.get(key) : undefined;
    if (known !== undefined) return known as T;
    const parts = Array.isArray(value) ? value.map((each) => this.value(each)) : this.members(value);
    return isShort ? this.#values.oneFor(key, parts as T) : (parts as T);
  }

  /** A shallow copy with interned members, except for those that are never equal. */
  members<T extends object>(value: T, unequal?: ReadonlySet<string>): T {
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value))
      setMember(copy, name, unequal?.has(name) ? member : this.value(member));
    return copy as T;
  }

  /** The last value given under the key, or else this one. Keys must not look like JSON. */
  keyed<T>(key: string, value: T): T {
    return this.#values.oneFor(key, value);
  }
}

/** The total length of the texts that identify recent values; the previous generation has as many. */
const REMEMBERED = 300_000;
/** The overhead of an entry, in characters. */
const ENTRY = 100;

/** Recently used values in two generations: the current one and the one before. */
class Recent {
  #young = new Map<string, unknown>();
  #old: ReadonlyMap<string, unknown> = new Map();
  #weight = 0;

  get(key: string): unknown {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const older = this.#old.get(key);
    if (older !== undefined) this.#remember(key, older);
    return older;
  }

  oneFor<T>(key: string, value: T): T {
    const known = this.get(key);
    if (known !== undefined) return known as T;
    this.#remember(key, value);
    return value;
  }

  #remember(key: string, value: unknown): void {
    if (this.#weight >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#weight += key.length + ENTRY;
    this.#young.set(key, value);
  }
}
