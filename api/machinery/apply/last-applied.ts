/** The annotation of client-side apply, which server-side apply by "kubectl" honours and keeps up to date. */
import { utf8Length } from "../encoding/utf8.ts";
import { exactJson, parseExactJson } from "../json/exact-json.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { compareTyped } from "./compare.ts";
import { difference, EMPTY, type FieldSet } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import type { KindAtVersion } from "./ownership.ts";
import { typeErrors } from "./validate-typed.ts";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

const annotationsOf = (object: JsonObject): JsonObject => {
  const annotations = isJsonObject(object.metadata) ? object.metadata.annotations : undefined;
  return isJsonObject(annotations) ? annotations : {};
};

/** The fields that client-side apply set and nobody has changed since: kubectl may take them without force. */
export function lastAppliedFields(live: JsonObject, { apiVersion, view }: KindAtVersion): FieldSet {
  const text = annotationsOf(live)[ANNOTATION];
  const last = typeof text === "string" ? parse(text) : undefined;
  if (!isJsonObject(last) || last.apiVersion !== apiVersion || typeErrors(last, view) !== "") return EMPTY;
  const { modified, added, removed } = compareTyped(last, live, view);
  return [modified, added, removed].reduce(difference, fieldSetOf(last, view));
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** The object with the annotation updated to the applied configuration, if it has the annotation. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object);
  if (!annotations[ANNOTATION]) return object;
  const { [ANNOTATION]: _, ...others } = annotationsOf(applied);
  const meta = isJsonObject(applied.metadata) ? { ...applied.metadata } : {};
  if (Object.keys(others).length > 0) meta.annotations = others;
  else delete meta.annotations;
  const text = `${exactJson(sorted({ ...applied, metadata: meta }))}\n`;
  const next: JsonObject = { ...annotations, [ANNOTATION]: text };
  if (sizeOf(next) > MAX_ANNOTATIONS_BYTES) delete next[ANNOTATION];
  return { ...object, metadata: { ...(object.metadata as JsonObject), annotations: next } };
}

const sizeOf = (annotations: JsonObject) =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(String(value)), 0);

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : isJsonObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value;
