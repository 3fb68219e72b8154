/**
 * What server-side apply must know of a type, whoever declared it: the schema table (`struct-view.ts`) or a
 * CustomResourceDefinition's structural schema (`structural-view.ts`). A type may take several forms of value.
 */
import { isJsonObject } from "../json/json-object.ts";
export interface TypeView {
  readonly scalar?: "string" | "numeric" | "boolean" | "untyped";
  readonly list?: ListView;
  readonly map?: MapView;
}

export interface ListView {
  /** How items are told apart: not at all, by their value, or by some of their members. */
  readonly type: "atomic" | "set" | "map";
  /** The members that tell items of a `map` apart. */
  readonly keys: readonly string[];
  readonly element: TypeView;
}

export interface MapView {
  readonly atomic: boolean;
  readonly field: (name: string) => FieldView | undefined;
  /** Members that are there, as null, wherever the object is, though a draft does not show them: Go's times. */
  readonly nulls?: readonly string[];
  /** The type of members that are not declared; absent where only declared ones are allowed. */
  readonly element?: TypeView;
}

export interface FieldView {
  readonly type: TypeView;
  /** The field's element in a path, where it is known once for all objects: `f:spec`. */
  readonly element?: string;
  /** The value of an absent list key. */
  readonly default?: unknown;
  /** An empty list or map is as good as none to who asks what an object says: Go's omitempty. */
  readonly omitEmpty?: true;
  /** What stands for an absent member of an object that is there; undefined where absent is absent. */
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

/** The form in which a type takes a value; a value that fits none, or null, goes by the type's first. */
export function formOf(type: TypeView, value: unknown): Form {
  if (Array.isArray(value) ? type.list : undefined) return "list";
  if (isJsonObject(value) ? type.map : undefined) return "map";
  if (value !== null && typeof value !== "object" && type.scalar) return "scalar";
  return type.map ? "map" : type.scalar ? "scalar" : "list";
}

/** The type of a map's member, declared or not. */
export const memberType = (map: MapView, name: string): TypeView | undefined => map.field(name)?.type ?? map.element;
