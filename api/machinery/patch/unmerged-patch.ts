/**
 * A strategic merge patch as errors about its result show it. Kubernetes merges in place and prints what is left of the
 * patch then: without the directives that it followed, and without the lists that `$setElementOrder/LIST` is for.
 */
import type { Struct } from "../../schema/table.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { DELETE_FROM_PRIMITIVE_LIST, SET_ELEMENT_ORDER } from "./directive.ts";
import { withoutDirectives, withoutNulls } from "./new-value.ts";
import { listMemberOf, memberOf, type PatchSchema, patchSchemaOf } from "./patch-schema.ts";
import { printGo } from "./print-go.ts";

/** What is left of a patch that can be merged into `original`, as Go prints it. */
export const printUnmerged = (patch: unknown, original: JsonObject, struct: Struct): string =>
  printGo(isJsonObject(patch) ? unmergedPatch(original, patch, patchSchemaOf(struct)) : {});

function unmergedPatch(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  const { $patch, $retainKeys, ...members } = patch;
  if ($patch !== undefined) return $patch === "replace" ? members : patch;
  const retained = Array.isArray($retainKeys) ? new Set<unknown>($retainKeys) : undefined;
  const orders = Object.keys(members).filter((key) => key.startsWith(SET_ELEMENT_ORDER));
  const ordered = new Set(orders.map((key) => key.slice(key.indexOf("/") + 1)));
  const left: JsonObject = {};
  for (const [key, value] of Object.entries(members)) {
    if (key.startsWith(SET_ELEMENT_ORDER) || ordered.has(key)) continue;
    const isKept = value === null || key.startsWith(DELETE_FROM_PRIMITIVE_LIST);
    const old = retained?.has(key) === false ? undefined : original[key];
    left[key] = isKept ? value : unmergedValue(old, value, { schema, key });
  }
  return left;
}

function unmergedValue(old: unknown, value: unknown, at: { readonly schema: PatchSchema; readonly key: string }) {
  if (isJsonObject(old) && isJsonObject(value)) {
    const member = memberOf(at.schema, at.key);
    return member.strategy === "replace" ? value : unmergedPatch(old, value, member.schema);
  }
  if (!Array.isArray(old) || !Array.isArray(value)) return unmergedNewValue(value);
  const { strategy, mergeKey, schema } = listMemberOf(at.schema, at.key);
  if (strategy !== "merge" || mergeKey === "") return value;
  const items = new Map(old.filter(isJsonObject).map((item) => [item[mergeKey], item]));
  return value.map((item) => {
    const merged = isJsonObject(item) && !("$patch" in item) ? items.get(item[mergeKey]) : undefined;
    return merged ? unmergedPatch(merged, item as JsonObject, schema) : (item as unknown);
  });
}

/** A value where the original has none is cleaned in place, but not replaced: a list keeps its items. */
function unmergedNewValue(value: unknown): unknown {
  const present = withoutNulls(value);
  if (Array.isArray(present)) return present.map((item) => withoutDirectives(item) ?? item);
  return withoutDirectives(present) ?? present;
}
