/** Which part of the old object corresponds to a part of the new one (apiserver pkg/cel/common CorrelatedObject). */

import { deepEqual } from "../json/deep-equal.ts";
import { exactJson } from "../json/exact-json.ts";
import { isJsonObject } from "../json/json-object.ts";
import { itemsOf, memberOf, type Schema } from "./json-walk.ts";

/** A value and the one that it replaces; `correlated` is false if nothing can be compared from here on. */
export class Correlation {
  #equal: boolean | undefined;
  readonly #items = new Map<string, unknown>();
  #indexed = false;

  constructor(
    readonly value: unknown,
    readonly old: unknown,
    readonly schema: Schema,
  ) {}

  /**
   * Whether the value is unchanged. A list with keys may be reordered; what no schema describes never counts as
   * unchanged.
   */
  get unchanged(): boolean {
    this.#equal ??= this.#compare();
    return this.#equal;
  }

  #compare(): boolean {
    const { value, old, schema } = this;
    if (Array.isArray(value) && Array.isArray(old)) {
      if (schema["x-kubernetes-list-type"] !== "map") return deepEqual(value, old);
      return value.length === old.length && value.every((_, i) => this.item(i)?.unchanged ?? false);
    }
    if (!isJsonObject(value) || !isJsonObject(old)) return deepEqual(value, old);
    const names = Object.keys(value);
    return names.length === Object.keys(old).length && names.every((name) => this.member(name)?.unchanged ?? false);
  }

  member(name: string): Correlation | undefined {
    const of = memberOf(this.schema, name);
    if (!of || !isJsonObject(this.value) || !isJsonObject(this.old) || !Object.hasOwn(this.old, name)) return undefined;
    return new Correlation(this.value[name], this.old[name], of);
  }

  /** Only the items of a list with keys can be correlated. */
  item(index: number): Correlation | undefined {
    const items = itemsOf(this.schema);
    if (!items || !Array.isArray(this.value) || !Array.isArray(this.old)) return undefined;
    if (this.schema["x-kubernetes-list-type"] !== "map") return undefined;
    if (!this.#indexed) for (const item of this.old) this.#items.set(this.#keyOf(item), item);
    this.#indexed = true;
    const value: unknown = this.value[index];
    const key = this.#keyOf(value);
    return this.#items.has(key) ? new Correlation(value, this.#items.get(key), items) : undefined;
  }

  #keyOf(item: unknown): string {
    const keys = this.schema["x-kubernetes-list-map-keys"] ?? [];
    return exactJson(keys.map((key) => (isJsonObject(item) ? (item[key] ?? null) : null)));
  }
}
