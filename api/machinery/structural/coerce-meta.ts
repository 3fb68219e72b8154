/** The metadata of an untyped object and of objects embedded in it, decoded as metav1.ObjectMeta. */

import { structOf } from "../../schema/table.ts";
import { decodeJson } from "../decode/decode-json.ts";
import { type FieldError, invalid } from "../field-error.ts";
import { exactJson } from "../json/exact-json.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { sortedMembers } from "../json/sorted-members.ts";
import { childPath, isEmbedded, itemsOf, memberOf, type Schema } from "./json-walk.ts";

/** `problem` is the error about what cannot be decoded; `unknown` are the paths of dropped fields, sorted. */
export type CoercedMeta = { readonly problem: string } | { readonly unknown: readonly string[] };

class Malformed extends Error {
  constructor(readonly why: FieldError) {
    super(`${why.path}: ${why.message}`);
  }
}

/** Modifies the object: unknown fields of metadata are dropped. */
export function coerceMeta(object: JsonObject, schema: Schema): CoercedMeta {
  const unknown: string[] = [];
  const malformed = coerceBelow(object, { ...schema, "x-kubernetes-embedded-resource": true }, { path: "", unknown });
  return malformed ? { problem: malformed.message } : { unknown: unknown.sort() };
}

/** Errors of metadata within a part of an object, such as a default. Modifies it. */
export const malformedMeta = (value: unknown, schema: Schema, path: string): FieldError | undefined =>
  coerceBelow(value, schema, { path, unknown: [] })?.why;

interface Place {
  readonly path: string;
  readonly unknown: string[];
}

function coerceBelow(value: unknown, schema: Schema, { path, unknown }: Place): Malformed | undefined {
  try {
    coerce(value, schema, path, unknown);
    return undefined;
  } catch (problem) {
    if (problem instanceof Malformed) return problem;
    throw problem;
  }
}

function coerce(value: unknown, schema: Schema | undefined, path: string, unknown: string[]): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      coerce(item, itemsOf(schema), `${path}[${i}]`, unknown);
    });
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const at = childPath(path, name);
    if (isEmbedded(schema)) {
      if ((name === "apiVersion" || name === "kind") && typeof member !== "string")
        refuse(at, member, "must be a string");
      if (name === "metadata") {
        value[name] = readMeta(member, at, unknown);
        continue;
      }
    }
    coerce(member, memberOf(schema, name), at, unknown);
  }
}

function refuse(path: string, value: unknown, detail: string): never {
  throw new Malformed(invalid(path, sortedMembers(value), detail));
}

function readMeta(value: unknown, path: string, unknown: string[]): unknown {
  const decoded = decodeJson(exactJson(value ?? {}), structOf("meta.v1.ObjectMeta"));
  if (!decoded.ok) refuse(path, value, decoded.message);
  for (const problem of decoded.strict) {
    const field = /^unknown field "(.*)"$/.exec(problem)?.[1];
    if (field !== undefined) unknown.push(`${path}.${field}`);
  }
  if (decoded.value.creationTimestamp === null) delete decoded.value.creationTimestamp;
  return decoded.value;
}
