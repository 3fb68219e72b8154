/**
 * The stored form of an object: JSON whose kind, apiVersion and metadata lead, with name, namespace and uid before
 * resourceVersion. Those are all strings, and JSON escapes the quotes within strings, so the first occurrence of
 * `"resourceVersion":"` is the object's own, and reading or writing the revision needs no parsing.
 */

import { structOfKind } from "../../schema/table.ts";
import type { KubeObject } from "../meta.ts";
import { sortedMembers } from "../structural/sorted-members.ts";
import { exactJson, mayRound, parseExactJson, roundedJson } from "./exact-json.ts";
import { holdsFreeJson, roundTyped } from "./free-json.ts";
import { withGoEscapes } from "./go-json.ts";
import { canonicalJson, completeDraft, draftOf } from "./json-canonical.ts";

const METADATA = '"metadata":';
const EMPTY = '"resourceVersion":""';
const FIELD = '"resourceVersion":"';

/** An object as Kubernetes would answer it: of built-in kinds empty fields as Go prints them, unknown ones left out. */
export function canonicalObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  return struct ? (canonicalJson(object, struct) as T) : object;
}

/**
 * The object of a stored or answered text, with what its type promises: lists that the text shows as null are empty
 * here, so that code may read them.
 */
export const readObject = <T extends KubeObject>(text: string): T => completeObject(parseObject<T>(text));

/**
 * The object of a stored or answered text as it stands. Whole numbers of custom kinds are exact, and so is free JSON in built-in ones;
 * code of built-in kinds computes with other numbers of theirs, which round beyond 2^53.
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

/** The same of an object that was parsed a moment ago, and that nobody else has. */
export function completeObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  if (struct) completeDraft(object, struct);
  return object;
}

/** The same of an object that somebody else may hold, or that is not canonical: a copy. */
export function draftObject<T extends KubeObject>(object: T): T {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  return struct ? (draftOf(object, struct) as T) : object;
}

/** The object's stored form with an empty resourceVersion, for the store to fill in. */
export function textWithoutRevision(object: KubeObject): string {
  const struct = structOfKind(object.apiVersion ?? "", object.kind ?? "");
  // Go writes maps by their keys, and a custom object is nothing else: who sends it in another order has changed nothing.
  const { kind, apiVersion, metadata, ...rest } = (
    struct ? canonicalJson(object, struct) : sortedMembers(object)
  ) as KubeObject;
  const ordered = { kind, apiVersion, metadata: leadingMeta(metadata), ...rest };
  return withGoEscapes(struct ? roundedJson(ordered) : exactJson(ordered));
}

/** Canonical metadata in the order of the stored form, and with an empty resourceVersion. */
export function leadingMeta(metadata: KubeObject["metadata"]): KubeObject["metadata"] {
  const { name, generateName, namespace, uid, resourceVersion: _, generation, creationTimestamp, ...meta } = metadata;
  const lead = { name, generateName, namespace, uid, resourceVersion: "", generation, creationTimestamp };
  return { ...lead, ...meta } as KubeObject["metadata"];
}

/** Puts a revision where the text has an empty one or another one. */
export function withRevision(text: string, revision: number | string): string {
  const at = text.indexOf(FIELD);
  if (at < 0) return text;
  const from = at + FIELD.length;
  return `${text.slice(0, from)}${revision}${text.slice(text.indexOf('"', from))}`;
}

/** The metadata of a stored form, without parsing it. */
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

/** The stored form of an object with its revision taken out: equal texts mean that nothing changed. */
export const withoutRevision = (text: string): string => withRevision(text, "");

/** A dry run answers an object that has no resourceVersion yet. */
export const droppingEmptyRevision = (text: string): string => text.replace(`${EMPTY},`, "").replace(`,${EMPTY}`, "");
