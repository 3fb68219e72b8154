/**
 * What server-side apply must know of a type, whether it comes from the schema table (`struct-view.ts`) or a
 * CustomResourceDefinition's structural schema (`structural-view.ts`). A type may allow several forms of value.
 */
import { isJsonObject } from "../json/json-object.ts";
export interface TypeView {
  readonly scalar?: "string" | "numeric" | "boolean" | "untyped";
  readonly list?: ListView;
  readonly map?: MapView;
}

export interface ListView {
  /** How items are identified: not at all, by their value, or by some of their members. */
  readonly type: "atomic" | "set" | "map";
  /** The members that identify items of a `map`. */
  readonly keys: readonly string[];
  readonly element: TypeView;
}

export interface MapView {
  readonly atomic: boolean;
  readonly field: (name: string) => FieldView | undefined;
  /** Members that exist as null wherever the object does, although drafts do not show them: Go's times. */
  readonly nulls?: readonly string[];
  /** The type of undeclared members; absent if only declared ones are allowed. */
  readonly element?: TypeView;
}

export interface FieldView {
  readonly type: TypeView;
  /** The field's path element, precomputed: `f:spec`. */
  readonly element?: string;
  /** The value of an absent list key. */
  readonly default?: unknown;
  /** Whether an empty list or map counts as absent: Go's omitempty. */
  readonly omitEmpty?: true;
  /** The value of an absent member of an existing object; undefined if absent means absent. */
  readonly zero?: unknown;
}

/** Any value: maps member by member, lists and scalars whole. */
export const DEDUCED: TypeView = {
  scalar: "untyped",
  get list() {
    return DEDUCED_LIST;
  },
  get map() {
    return DEDUCED_MAP;
  },
};
const DEDUCED_LIST: ListView = { type: "atomic", keys: [], element: DEDUCED };
const DEDUCED_MAP: MapView = { atomic: false, field: () => undefined, element: DEDUCED };

/** Any value, owned whole. */
export const UNTYPED: TypeView = {
  scalar: "untyped",
  list: DEDUCED_LIST,
  map: { ...DEDUCED_MAP, atomic: true },
};

export type Form = "scalar" | "list" | "map";

/** The form in which a type reads a value; a value that fits none, or null, is read in the first form. */
export function formOf(type: TypeView, value: unknown): Form {
  if (Array.isArray(value) ? type.list : undefined) return "list";
  if (isJsonObject(value) ? type.map : undefined) return "map";
  if (value !== null && typeof value !== "object" && type.scalar) return "scalar";
  return type.map ? "map" : type.scalar ? "scalar" : "list";
}

/** The type of a map's member, declared or not. */
export const memberType = (map: MapView, name: string): TypeView | undefined => map.field(name)?.type ?? map.element;
