/**
 * The fields in which two values of a type differ. An object that exists on one side only counts with everything below
 * it. Go's fields that are held by value exist on both sides wherever their parent does.
 */
import { isImplicitEmptyList } from "../../schema/implicit-empty-list.ts";
import { deepEqual } from "../json/deep-equal.ts";
import { isJsonObject } from "../json/json-object.ts";
import { EMPTY, type FieldSet, isEmptySet, MEMBER } from "./field-set.ts";
import { itemsByElement } from "./list-item.ts";
import { type FieldView, formOf, type ListView, type MapView, type TypeView } from "./type-view.ts";

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export const SAME: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY };

/**
 * For explicit values, such as a stored object and a configuration applied to it. Returns SAME itself if nothing
 * differs.
 */
export const compareTyped = (old: unknown, next: unknown, type: TypeView): Comparison =>
  comparisonOf(EXPLICIT.walk(old, next, type));

/** For decoded objects, which like Go's lack empty lists, even if a client specified them. */
export const compareDecoded = (old: unknown, next: unknown, type: TypeView): Comparison =>
  comparisonOf(DECODED.walk(old, next, type));

const comparisonOf = (diff: Diff | undefined): Comparison =>
  diff ? { added: diff.added ?? EMPTY, modified: diff.modified ?? EMPTY, removed: diff.removed ?? EMPTY } : SAME;

type Draft = { [element: string]: FieldSet };
interface Diff {
  added?: FieldSet;
  modified?: FieldSet;
  removed?: FieldSet;
}

interface DraftDiff {
  added?: Draft;
  modified?: Draft;
  removed?: Draft;
}

type Members = { [key: string]: unknown };

class Walk {
  readonly #omitsEmpty: boolean;

  constructor({ omitsEmpty }: { readonly omitsEmpty: boolean }) {
    this.#omitsEmpty = omitsEmpty;
  }

  walk(before: unknown, after: unknown, type: TypeView): Diff | undefined {
    if (before === after) return undefined;
    const [old, next] = [explicit(before), explicit(after)];
    if (old === undefined) return { added: this.#everything(next, type) };
    if (next === undefined) return { removed: this.#everything(old, type) };
    const [from, to] = [formOf(type, old ?? next), formOf(type, next ?? old)];
    // A value changes its form: the old one is removed, the new one added.
    if (from !== to) return isLeafPair(from, to) ? { modified: MEMBER } : this.#formChange(old, next, type);
    if (from === "map" && type.map && !type.map.atomic && !bothEmpty(old, next))
      return this.#walkMap(isJsonObject(old) ? old : {}, isJsonObject(next) ? next : {}, type.map);
    if (from === "list" && type.list && type.list.type !== "atomic" && !bothEmpty(old, next))
      return this.#walkList(Array.isArray(old) ? old : [], Array.isArray(next) ? next : [], type.list);
    return this.#isSame(old, next, type) ? undefined : { modified: MEMBER };
  }

  /**
   * For values that are owned whole. To Kubernetes an explicitly empty list equals an absent one, except within other
   * lists.
   */
  #isSame(old: unknown, next: unknown, type: TypeView | undefined): boolean {
    if (deepEqual(old, next)) return true;
    const map = type?.map;
    if (!this.#omitsEmpty || !isJsonObject(old) || !isJsonObject(next) || !map) return false;
    return [...new Set([...Object.keys(old), ...Object.keys(next)])].every((name) => {
      const field = map.field(name);
      return this.#isSame(this.#side(old, name, field), this.#side(next, name, field), field?.type ?? map.element);
    });
  }

  #formChange(old: unknown, next: unknown, type: TypeView): Diff {
    const [gone, come] = [this.#everything(old, type), this.#everything(next, type)];
    const below = (set: FieldSet): FieldSet => Object.fromEntries(Object.entries(set).filter(([key]) => key !== "."));
    return { modified: MEMBER, removed: below(gone), added: below(come) };
  }

  #walkMap(old: Members, next: Members, map: MapView): Diff | undefined {
    const diff: DraftDiff = {};
    for (const name in next) this.#walkMember(diff, { old, next, name }, map);
    for (const name in old) if (!Object.hasOwn(next, name)) this.#walkMember(diff, { old, next, name }, map);
    return diff.added || diff.modified || diff.removed ? diff : undefined;
  }

  #walkMember(diff: DraftDiff, { old, next, name }: { old: Members; next: Members; name: string }, map: MapView): void {
    const field = map.field(name);
    const type = field?.type ?? map.element;
    if (!type) return;
    record(diff, elementOf(name, field), this.walk(this.#side(old, name, field), this.#side(next, name, field), type));
  }

  #side(object: Members, name: string, field: FieldView | undefined): unknown {
    if (!Object.hasOwn(object, name)) return field?.zero;
    return this.#isOmitted(object[name], field) ? undefined : object[name];
  }

  #isOmitted(value: unknown, field: FieldView | undefined): boolean {
    return this.#omitsEmpty && field?.omitEmpty === true && isBare(value);
  }

  #walkList(old: readonly unknown[], next: readonly unknown[], list: ListView): Diff | undefined {
    const diff: DraftDiff = {};
    const [before, after] = [itemsByElement(list, old), itemsByElement(list, next)];
    for (const element of new Set([...before.keys(), ...after.keys()])) {
      const [left = [], right = []] = [before.get(element), after.get(element)];
      if (left.length <= 1 && right.length <= 1) record(diff, element, this.walk(left[0], right[0], list.element));
      else if (left.length > 1 && right.length > 1)
        record(diff, element, deepEqual(left, right) ? undefined : { modified: MEMBER });
      // Items with the same name are owned together, by that name alone.
      else if (left.length > 1) {
        const only = right[0] === undefined ? undefined : this.#everything(right[0], list.element);
        record(diff, element, { removed: MEMBER, ...(only ? { added: only } : {}) });
      } else {
        const only = left[0] === undefined ? undefined : this.#everything(left[0], list.element);
        record(diff, element, { added: MEMBER, ...(only ? { removed: only } : {}) });
      }
    }
    return diff.added || diff.modified || diff.removed ? diff : undefined;
  }

  /** A value that was added or removed whole: itself and every field below it. */
  #everything(value: unknown, type: TypeView): FieldSet {
    const form = formOf(type, value);
    const out: Draft = { ".": MEMBER };
    let bare = true;
    if (form === "map" && type.map && !type.map.atomic && isJsonObject(value)) {
      for (const name in value) {
        const field = type.map.field(name);
        const fieldType = field?.type ?? type.map.element;
        if (!fieldType || this.#isOmitted(value[name], field)) continue;
        out[elementOf(name, field)] = this.#everything(value[name], fieldType);
        bare = false;
      }
      for (const name of type.map.nulls ?? []) {
        if (Object.hasOwn(value, name)) continue;
        out[elementOf(name, type.map.field(name))] = MEMBER;
        bare = false;
      }
    } else if (form === "list" && type.list && type.list.type !== "atomic" && Array.isArray(value)) {
      for (const [element, items] of itemsByElement(type.list, value)) {
        out[element] = items.length === 1 ? this.#everything(items[0], type.list.element) : MEMBER;
        bare = false;
      }
    }
    return bare ? MEMBER : out;
  }
}

const EXPLICIT = new Walk({ omitsEmpty: false });
const DECODED = new Walk({ omitsEmpty: true });

/** An unspecified list is Go's nil, which differs from the empty one. */
const explicit = (value: unknown): unknown => (isImplicitEmptyList(value) ? null : value);

const isLeafPair = (from: string, to: string) => from === "scalar" && to === "scalar";

function bothEmpty(old: unknown, next: unknown): boolean {
  return isBare(old) && isBare(next);
}

const isBare = (value: unknown) =>
  value === null || (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && isEmptySet(value as FieldSet));

const elementOf = (name: string, field: FieldView | undefined): string => field?.element ?? `f:${name}`;

function record(diff: DraftDiff, element: string, one: Diff | undefined): void {
  if (!one) return;
  if (one.added) {
    diff.added ??= {};
    diff.added[element] = one.added;
  }
  if (one.modified) {
    diff.modified ??= {};
    diff.modified[element] = one.modified;
  }
  if (one.removed) {
    diff.removed ??= {};
    diff.removed[element] = one.removed;
  }
}
