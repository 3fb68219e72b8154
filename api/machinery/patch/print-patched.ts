/**
 * A patched object as shown in errors. Kubernetes' patch library (evanphx/json-patch) only parses as much of a document
 * as it must: objects that a patch traversed are printed with sorted members, all others as they were.
 */
import { goJson } from "../json/go-json.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";

/** The result of a merge patch on `original`. */
export function printMerged(merged: JsonObject, patch: unknown, original: JsonObject): string {
  return print(merged, isJsonObject(patch) ? goneThrough(merged, patch, original) : new Set());
}

/** The result of a JSON patch. */
export function printPatched(patched: JsonObject, operations: unknown): string {
  const through = new Set<object>([patched]);
  for (const operation of Array.isArray(operations) ? (operations as unknown[]) : []) {
    if (!isJsonObject(operation)) continue;
    for (const pointer of [operation.path, operation.from]) {
      if (typeof pointer !== "string") continue;
      let at: unknown = patched;
      for (const token of pointer.split("/").slice(1, -1)) {
        if (typeof at !== "object" || at === null) break;
        at = (at as JsonObject)[token.replaceAll("~1", "/").replaceAll("~0", "~")];
        if (isJsonObject(at)) through.add(at);
      }
    }
  }
  return print(patched, through);
}

/** The result of patching a custom object, which is a map throughout. */
export const printUntyped = (patched: JsonObject): string => print(patched, "all");

function goneThrough(merged: JsonObject, patch: JsonObject, original: JsonObject, found = new Set<object>()) {
  found.add(merged);
  for (const [key, value] of Object.entries(patch)) {
    const [now, before] = [merged[key], original[key]];
    if (isJsonObject(now) && isJsonObject(value) && isJsonObject(before)) goneThrough(now, value, before, found);
    else if (!isJsonObject(before)) addAll(now, found);
  }
  return found;
}

/** New values are searched for nulls, and therefore parsed entirely. */
function addAll(value: unknown, found: Set<object>): void {
  if (typeof value !== "object" || value === null) return;
  found.add(value);
  for (const member of Object.values(value)) addAll(member, found);
}

/** JSON with sorted members in these objects, and with the escapes of Go's encoder. */
function print(value: unknown, sorted: ReadonlySet<object> | "all"): string {
  if (Array.isArray(value)) return `[${value.map((item) => print(item, sorted)).join(",")}]`;
  if (!isJsonObject(value)) return goJson(value);
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (sorted === "all" || sorted.has(value)) names.sort();
  return `{${names.map((name) => `${goJson(name)}:${print(value[name], sorted)}`).join(",")}}`;
}
