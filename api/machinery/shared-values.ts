/** One value in place of many equal ones: pods of a template have their labels, containers and conditions in common. */

/** Characters of the texts by which values of late are known; of those before them as many. */
const REMEMBERED = 500_000;
/** What an entry costs beside its text, in characters. */
const ENTRY = 100;
/** A longer text costs more to remember than it saves; its parts are shared all the same. */
const LONGEST = 10_000;

export class SharedValues {
  #young = new Map<string, unknown>();
  #old: ReadonlyMap<string, unknown> = new Map();
  #weight = 0;

  text(text: string): string {
    return text.length > LONGEST ? text : (this.#known(text) ?? this.#remember(text, text));
  }

  /** Equal to `value`, which is plain JSON, and the same as an equal one that was asked for of late. Nobody may change it. */
  value<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T & string;
    if (typeof value !== "object" || value === null) return value;
    const key = JSON.stringify(value);
    const isShort = key.length <= LONGEST;
    const known = isShort ? this.#known<T>(key) : undefined;
    if (known !== undefined) return known;
    const parts = Array.isArray(value) ? value.map((each) => this.value(each)) : this.members(value);
    return isShort ? this.#remember(key, parts as T) : (parts as T);
  }

  /** A copy that shares its members, but for those that are never equal. */
  members<T extends object>(value: T, unequal?: ReadonlySet<string>): T {
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) copy[name] = unequal?.has(name) ? member : this.value(member);
    return copy as T;
  }

  /** The value that was last given under the key, or else this one. The keys are the caller's own kind of text. */
  keyed<T>(key: string, value: T): T {
    return this.#known(key) ?? this.#remember(key, value);
  }

  #known<T>(key: string): T | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found as T;
    const older = this.#old.get(key);
    return older === undefined ? undefined : this.#remember(key, older as T);
  }

  #remember<T>(key: string, value: T): T {
    if (this.#weight >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#weight += key.length + ENTRY;
    this.#young.set(key, value);
    return value;
  }
}
