/**
 * The stored form of an object: JSON that begins with kind, apiVersion and metadata, with name, namespace and uid
 * before resourceVersion. Those are all strings, and JSON escapes quotes within strings, so the first occurrence of
 * `"resourceVersion":"` is the object's own, and accessing the revision requires no parsing.
 */

import { structOf, structOfKind } from "../../schema/table.ts";
import type { KubeObject } from "../meta.ts";
import { exactJson, mayRound, parseExactJson, roundedJson } from "./exact-json.ts";
import { holdsFreeJson, roundTyped } from "./free-json.ts";
import { withGoEscapes } from "./go-json.ts";
import { canonicalJson, completeDraft, draftOf } from "./json-canonical.ts";
import { sortedMembers } from "./sorted-members.ts";

const METADATA = '"metadata":';
const EMPTY = '"resourceVersion":""';
const FIELD = '"resourceVersion":"';

/**
 * An object as Kubernetes would answer it: for built-in kinds with empty fields as Go prints them, and without unknown
 * ones.
 */
export function canonicalObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  return struct ? (canonicalJson(object, struct) as T) : object;
}

/**
 * The object of a stored or answered text, as its type promises: lists that the text shows as null are empty, so that
 * code may use them.
 */
export const readObject = <T extends KubeObject>(text: string): T => completeObject(parseObject<T>(text));

/**
 * The object of a stored or answered text as it is. Integers in custom kinds are exact, as is free-form JSON in
 * built-in ones; other numbers of built-in kinds are used by code, and round beyond 2^53.
 */
export function parseObject<T extends KubeObject>(text: string): T {
  const object = JSON.parse(text) as T;
  if (!mayRound(text)) return object;
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  if (struct && !holdsFreeJson(struct)) return object;
  const exact = parseExactJson(text) as T;
  if (struct) roundTyped(exact, struct);
  return exact;
}

/** The same for a freshly parsed object that nobody else has. */
export function completeObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  if (struct) completeDraft(object, struct);
  return object;
}

/** The same for an object that somebody else may have, or that is not canonical: a copy. */
export function draftObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  return struct ? (draftOf(object, struct) as T) : object;
}

/** The object's stored form with an empty resourceVersion, for the store to fill in. */
export function textWithoutRevision(object: KubeObject): string {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  const { kind, apiVersion, metadata, ...rest } = (
    struct ? canonicalJson(object, struct) : canonicalCustom(object)
  ) as KubeObject;
  const ordered = { kind, apiVersion, metadata: leadingMeta(metadata), ...rest };
  return withGoEscapes(struct ? roundedJson(ordered) : exactJson(ordered));
}

/**
 * Go writes maps by their keys, and a custom object is nothing else: who sends it in another order has changed nothing.
 * Its metadata is a struct like any other's, without empty lists and maps.
 */
const canonicalCustom = ({ metadata, ...own }: KubeObject): object => ({
  ...(sortedMembers(own) as object),
  metadata: canonicalJson(metadata, structOf("meta.v1.ObjectMeta")),
});

/** Canonical metadata in the order of the stored form, with an empty resourceVersion. */
export function leadingMeta(metadata: KubeObject["metadata"]): KubeObject["metadata"] {
  const { name, generateName, namespace, uid, resourceVersion: _, generation, creationTimestamp, ...meta } = metadata;
  const lead = { name, generateName, namespace, uid, resourceVersion: "", generation, creationTimestamp };
  return { ...lead, ...meta } as KubeObject["metadata"];
}

/** Sets the revision in a text, which has an empty or another one. */
export function withRevision(text: string, revision: number | string): string {
  const at = text.indexOf(FIELD);
  if (at < 0) return text;
  const from = at + FIELD.length;
  return `${text.slice(0, from)}${revision}${text.slice(text.indexOf('"', from))}`;
}

/** The metadata in a stored form, without parsing it. */
export function metadataText(text: string): string {
  const from = text.indexOf(METADATA) + METADATA.length;
  let depth = 0;
  for (let at = from, quoted = false; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (code === OPENING) depth++;
    else if (code === CLOSING && --depth === 0) return text.slice(from, at + 1);
  }
  throw new Error("a stored text without metadata");
}

const [BACKSLASH, QUOTE, OPENING, CLOSING] = [0x5c, 0x22, 0x7b, 0x7d];

/** The stored form of an object without its revision: if the texts are equal, nothing has changed. */
export const withoutRevision = (text: string): string => withRevision(text, "");

/** The result of a dry run may have no resourceVersion yet. */
export const droppingEmptyRevision = (text: string): string => text.replace(`${EMPTY},`, "").replace(`,${EMPTY}`, "");
