/**
 * Kubernetes' strategic merge patch: RFC 7386 plus lists that merge by a key of their items (according to the schema
 * table), and directives within the patch: `$patch`, `$retainKeys`, `$setElementOrder/LIST`,
 * `$deleteFromPrimitiveList/LIST`. Does not modify its arguments. Rules: docs/spec/patch.md.
 */

import type { Struct } from "../../schema/table.ts";
import { isWholeNumber } from "../json/exact-json.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import {
  DELETE_FROM_PRIMITIVE_LIST,
  FormatError,
  MergeError,
  NestedListError,
  SET_ELEMENT_ORDER,
} from "./directive.ts";
import { type ListMember, mergeList, mergeOrderedList } from "./merge-list.ts";
import { withoutDirectives, withoutNulls } from "./new-value.ts";
import { badRequest, goJsonType, internalError, type PatchResult, unprocessable } from "./patch-result.ts";
import { listMemberOf, memberOf, type PatchSchema, PatchSchemaError, patchSchemaOf } from "./patch-schema.ts";
import { printGo, printGoText } from "./print-go.ts";

/** `patch` is the parsed body; `struct` the kind's entry in the schema table. */
export function applyStrategicMergePatch(object: JsonObject, patch: unknown, struct: Struct): PatchResult {
  if (patch !== null && !isJsonObject(patch))
    return badRequest(`json: cannot unmarshal ${goJsonType(patch)} into Go value of type map[string]interface {}`);
  try {
    return { ok: true, object: mergeMap(object, patch ?? {}, patchSchemaOf(struct)), strictErrors: [] };
  } catch (error) {
    if (error instanceof FormatError) return badRequest(error.message);
    if (error instanceof NestedListError) return unprocessable();
    if (error instanceof MergeError || error instanceof PatchSchemaError) return internalError(error.message);
    throw error;
  }
}

function mergeMap(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  if ("$patch" in patch) return mergeByDirective(patch);
  const { $retainKeys, ...rest } = patch;
  const merged = $retainKeys === undefined ? { ...original } : retainKeys(original, rest, $retainKeys);
  mergeOrderedLists(merged, rest, schema);
  for (const [patchKey, value] of Object.entries(rest)) {
    const deletes = patchKey.startsWith(DELETE_FROM_PRIMITIVE_LIST);
    const key = deletes ? listNameOf(patchKey, DELETE_FROM_PRIMITIVE_LIST) : patchKey;
    if (value === null) delete merged[key];
    else if (isJsonObject(value) && isJsonObject(merged[key])) {
      const member = memberOf(schema, key);
      merged[key] = member.strategy === "replace" ? value : mergeMap(merged[key], value, member.schema);
    } else if (Array.isArray(value) && Array.isArray(merged[key])) {
      const member = listOf(schema, key);
      merged[key] =
        member.strategy === "merge" || deletes ? mergeList(merged[key], value, { ...member, deletes }) : value;
    } else if (!deletes) setNew(merged, key, value);
  }
  return merged;
}

/** A member that is a list, with how its items merge: as maps with the schema of its items. */
function listOf(schema: PatchSchema, key: string): ListMember {
  const member = listMemberOf(schema, key);
  return { ...member, mergeItem: (old, item) => mergeMap(old, item, member.schema) };
}

/** `$patch` with other members: they are the new value, or everything is deleted. */
function mergeByDirective(patch: JsonObject): JsonObject {
  const { $patch: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  throw new MergeError(`unknown patch type: ${printGoText(directive)} in map: ${printGo(patch)}`);
}

function retainKeys(original: JsonObject, patch: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) throw new FormatError("invalid patch format of retainKeys");
  const retained = new Set<unknown>(keys);
  const isDirective = (key: string) => key.startsWith(DELETE_FROM_PRIMITIVE_LIST) || key.startsWith(SET_ELEMENT_ORDER);
  for (const [key, value] of Object.entries(patch))
    if (value !== null && !isDirective(key) && !retained.has(key))
      throw new FormatError("invalid patch format of retainKeys");
  return Object.fromEntries(Object.entries(original).filter(([key]) => retained.has(key)));
}

/** Merges each list with a `$setElementOrder/…`, and removes both members from `patch`. */
function mergeOrderedLists(merged: JsonObject, patch: JsonObject, schema: PatchSchema): void {
  for (const [patchKey, order] of Object.entries(patch)) {
    if (!patchKey.startsWith(SET_ELEMENT_ORDER)) continue;
    delete patch[patchKey];
    if (!Array.isArray(order)) throw notAList(order);
    const key = listNameOf(patchKey, SET_ELEMENT_ORDER);
    const [original, items] = [merged[key], patch[key]];
    for (const list of [original, items]) if (list !== undefined && !Array.isArray(list)) throw notAList(list);
    const member = listOf(schema, key);
    const list = mergeOrderedList({
      original: original as unknown[] | undefined,
      patch: items as unknown[] | undefined,
      order,
      member,
    });
    if (list === undefined) continue;
    merged[key] = list;
    delete patch[key];
  }
}

const notAList = (value: unknown) =>
  new MergeError(`expected a []interface {}, but received a ${goInterfaceType(value)}`);

function goInterfaceType(value: unknown): string {
  if (value === null) return "%!s(<nil>)";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (isWholeNumber(value)) return "int64";
  if (typeof value === "number") return "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

/** `$setElementOrder/containers` → `containers`. */
function listNameOf(key: string, prefix: string): string {
  const slash = key.indexOf("/");
  if (slash < 0 || key.slice(0, slash) !== prefix)
    throw new FormatError(
      `invalid patch format of ${prefix === SET_ELEMENT_ORDER ? "setElementOrder list" : "primitive list"}`,
    );
  return key.slice(slash + 1);
}

/**
 * Sets a value where the original has none, or one of another type: without nulls, and without items that are
 * directives.
 */
function setNew(merged: JsonObject, key: string, value: unknown): void {
  const kept = withoutDirectives(withoutNulls(value));
  if (kept === undefined) delete merged[key];
  else merged[key] = kept;
}
