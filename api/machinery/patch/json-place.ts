/** Resolves a JSON pointer in a document the way Kubernetes does. */

import type { JsonObject } from "../json/json-object.ts";
import { ownMember } from "../json/own-member.ts";

/** The document, wrapped so that replacing it whole is a single assignment. */
export type Root = { "": unknown };

export interface Place {
  readonly container: JsonObject | unknown[];
  readonly key: string;
}

const parseToken = (token: string) => token.replaceAll("~1", "/").replaceAll("~0", "~");

export function find(root: Root, path: string): Place | undefined {
  const tokens = path.split("/").slice(1).map(parseToken);
  const key = tokens.pop();
  if (key === undefined) return undefined;
  let container: unknown = root[""];
  for (const token of tokens) {
    if (!isContainer(container)) return undefined;
    container = get({ container, key: token })?.value;
  }
  return isContainer(container) ? { container, key } : undefined;
}

export const isContainer = (value: unknown): value is JsonObject | unknown[] =>
  typeof value === "object" && value !== null;

/** Go's strconv.Atoi; a negative index counts from `length`. */
export function indexOf(key: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const index = Number(key);
  const positive = index < 0 ? index + length : index;
  return positive >= 0 && positive <= length ? positive : undefined;
}

/** The value there; a missing member of an object counts as present, with the value undefined. */
export function get(place: Place | undefined): { value: unknown } | undefined {
  if (!place) return undefined;
  const { container, key } = place;
  if (!Array.isArray(container)) return { value: ownMember(container, key) };
  const index = indexOf(key, container.length);
  return index === undefined || index === container.length ? undefined : { value: container[index] };
}
