/** One value in place of many equal ones: pods of a template have their labels, containers and conditions in common. */

/** A longer text costs more to remember than it saves; its parts are shared all the same. */
const LONGEST = 10_000;

export class SharedValues {
  // Apart, because a text may read like the key of a value.
  readonly #texts = new Recent();
  readonly #values = new Recent();

  text(text: string): string {
    return text.length > LONGEST ? text : this.#texts.oneFor(text, text);
  }

  /** Equal to `value`, which is plain JSON, and the same as an equal one that was asked for of late. Nobody may change it. */
  value<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T & string;
    if (typeof value !== "object" || value === null) return value;
    const key = JSON.stringify(value);
    const isShort = key.length <= LONGEST;
    const known = isShort ? this.#values.get(key) : undefined;
    if (known !== undefined) return known as T;
    const parts = Array.isArray(value) ? value.map((each) => this.value(each)) : this.members(value);
    return isShort ? this.#values.oneFor(key, parts as T) : (parts as T);
  }

  /** A copy that shares its members, but for those that are never equal. */
  members<T extends object>(value: T, unequal?: ReadonlySet<string>): T {
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) copy[name] = unequal?.has(name) ? member : this.value(member);
    return copy as T;
  }

  /** The value that was last given under the key, or else this one. No key may read like JSON. */
  keyed<T>(key: string, value: T): T {
    return this.#values.oneFor(key, value);
  }
}

/** Characters of the texts by which values of late are known; of those before them as many. */
const REMEMBERED = 300_000;
/** What an entry costs beside its text, in characters. */
const ENTRY = 100;

/** What was asked for of late: all that was since a while ago, and of the time before it as much. */
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
