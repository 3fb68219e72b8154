/** Drops what a structural schema does not declare (apiextensions-apiserver pkg/apiserver/schema/pruning). */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import {
  childPath,
  isEmbedded,
  itemsOf,
  META_FIELDS,
  memberOf,
  preservesUnknown,
  propertyOf,
  type Schema,
} from "./json-walk.ts";

/** Modifies the object, whose root is an API object; returns the paths of what it dropped, sorted. */
export function prune(object: JsonObject, schema: Schema): string[] {
  const dropped: string[] = [];
  pruneMap(object, { ...schema, "x-kubernetes-embedded-resource": true }, { path: "", dropped });
  return dropped.sort();
}

/** The same for a part of an object, such as a default. */
export function pruneValue(value: unknown, schema: Schema): string[] {
  const dropped: string[] = [];
  pruneAt(value, schema, { path: "", dropped });
  return dropped.sort();
}

interface Place {
  readonly path: string;
  readonly dropped: string[];
}

function pruneAt(value: unknown, schema: Schema | undefined, place: Place): void {
  if (Array.isArray(value)) {
    const items = schema && itemsOf(schema);
    value.forEach((item, i) => {
      const at = { ...place, path: `${place.path}[${i}]` };
      // The items of a preserved list are preserved unless their schema says otherwise.
      if (schema && preservesUnknown(schema)) pruneBelow(item, items, at);
      else pruneAt(item, items, at);
    });
  } else if (isJsonObject(value)) pruneMap(value, schema, place);
}

function pruneMap(map: JsonObject, schema: Schema | undefined, place: Place): void {
  if (schema && preservesUnknown(schema)) {
    pruneBelow(map, schema, place);
    return;
  }
  for (const [name, value] of Object.entries(map)) {
    if (schema && isEmbedded(schema) && META_FIELDS.has(name)) continue;
    const path = childPath(place.path, name);
    const isKnown = schema && (propertyOf(schema, name) !== undefined || allowsAdditional(schema));
    if (isKnown) pruneAt(value, memberOf(schema, name), { ...place, path });
    else {
      if (!META_FIELDS.has(name) || place.path !== "") place.dropped.push(path);
      delete map[name];
    }
  }
}

/** Inside of what is preserved, only what has a schema of its own is pruned. */
function pruneBelow(value: unknown, schema: Schema | undefined, place: Place): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      pruneBelow(item, itemsOf(schema), { ...place, path: `${place.path}[${i}]` });
    });
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (isEmbedded(schema) && META_FIELDS.has(name)) continue;
      if (propertyOf(schema, name) === undefined && !allowsAdditional(schema)) continue;
      pruneAt(member, memberOf(schema, name), { ...place, path: childPath(place.path, name) });
    }
  }
}

const allowsAdditional = ({ additionalProperties }: Schema) =>
  additionalProperties !== undefined && additionalProperties !== false;
