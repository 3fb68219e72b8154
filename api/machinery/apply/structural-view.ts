/** A CustomResourceDefinition's structural schema (OpenAPI v3) as seen by server-side apply. */

import { structOf } from "../../schema/table.ts";
import { isJsonObject } from "../json/json-object.ts";
import { ownMember } from "../json/own-member.ts";
import { structView } from "./struct-view.ts";
import { DEDUCED, type FieldView, type ListView, type MapView, type TypeView, UNTYPED } from "./type-view.ts";

/** The relevant parts of JSONSchemaProps. */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly default?: unknown;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
}

const views = new WeakMap<StructuralSchema, TypeView>();
const NO_SCHEMA: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * The view of a custom resource with that schema, built once per schema object; without a schema, anything is allowed.
 */
export function structuralView(schema: StructuralSchema = NO_SCHEMA): TypeView {
  const known = views.get(schema);
  if (known) return known;
  const view = withMeta(viewOf(schema, false));
  views.set(schema, view);
  return view;
}

/** Adds what every object has, which the schema does not declare. */
const withMeta = ({ map }: TypeView): TypeView => ({
  map: objectMap(map ?? { atomic: false, field: () => undefined, element: DEDUCED }),
});

function objectMap(own: MapView): MapView {
  const string: FieldView = { type: { scalar: "string" } };
  const meta: FieldView = { type: structView(structOf("meta.v1.ObjectMeta")) };
  const known: Readonly<Record<string, FieldView>> = { apiVersion: string, kind: string, metadata: meta };
  return { ...own, field: (name) => ownMember(known, name) ?? own.field(name) };
}

function viewOf(schema: StructuralSchema, inherited: boolean): TypeView {
  const preserve = inherited || schema["x-kubernetes-preserve-unknown-fields"] === true;
  // Without a type, anything is accepted here: validation checks the value later.
  if (schema["x-kubernetes-int-or-string"]) return DEDUCED;
  switch (schema.type) {
    case "object":
      return { map: mapOf(schema, preserve) };
    case "array":
      return { list: listOf(schema, preserve) };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "string":
      return { scalar: schema.format === undefined || schema.format === "byte" ? "string" : "untyped" };
    default:
      return { scalar: "untyped", list: listOf(schema, preserve), map: mapOf(schema, preserve) };
  }
}

function mapOf(schema: StructuralSchema, preserve: boolean): MapView {
  const fields = new Map<string, FieldView>();
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    fields.set(name, {
      type: viewOf(property, preserve),
      ...(property.default === undefined ? {} : { default: property.default }),
    });
  const element = elementOf(schema, preserve || fields.size === 0);
  const map: MapView = {
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    field: (name) => fields.get(name),
    ...(element ? { element } : {}),
  };
  return schema["x-kubernetes-embedded-resource"] ? objectMap(map) : map;
}

function elementOf(schema: StructuralSchema, free: boolean): TypeView | undefined {
  const additional = schema.additionalProperties;
  if (additional === undefined) return free ? DEDUCED : undefined;
  if (isJsonObject(additional)) return viewOf(additional, false);
  return additional ? DEDUCED : undefined;
}

function listOf(schema: StructuralSchema, preserve: boolean): ListView {
  const type = schema["x-kubernetes-list-type"];
  return {
    type: type === "map" || type === "set" ? type : "atomic",
    keys: schema["x-kubernetes-list-map-keys"] ?? [],
    element: schema.items ? viewOf(schema.items, preserve) : UNTYPED,
  };
}
