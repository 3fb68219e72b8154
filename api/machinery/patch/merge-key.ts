/** How the items of a list are identified: by the member that the schema names, or by their value. */
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { MergeError } from "./directive.ts";
import { printGo } from "./print-go.ts";

export function sameItem(a: unknown, b: unknown, mergeKey: string): boolean {
  if (mergeKey === "") return a === b;
  return keyOf(a, mergeKey) === keyOf(b, mergeKey);
}

export function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isJsonObject(item))
    throw new MergeError(
      `expected a map[string]interface {}, but received a ${typeof item === "string" ? "string" : "int64"}`,
    );
  if (!(mergeKey in item)) throw noMergeKey(item, mergeKey);
  return item[mergeKey];
}

export const noMergeKey = (item: JsonObject, mergeKey: string) =>
  new MergeError(`map: ${printGo(item)} does not contain declared merge key: ${mergeKey}`);
