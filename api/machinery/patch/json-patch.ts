/**
 * RFC 6902 as Kubernetes applies it (evanphx/json-patch): whatever stands before a pointer's first slash is ignored,
 * a negative index counts from the end, `replace` of a missing member adds it, and `add` without a value adds null.
 * Every operation that fails gives the same bare 422.
 */
import { deepEqual } from "../deep-equal.ts";
import { copyJson } from "./copy-json.ts";
import { find, get, indexOf, isContainer, type Place, type Root, setMember } from "./json-place.ts";
import {
  badRequest,
  goJsonType,
  isJsonObject,
  type JsonObject,
  type PatchFailure,
  type PatchResult,
  unprocessable,
} from "./patch-result.ts";

const MAX_OPERATIONS = 10_000;
/** Of all that a patch copies: without a bound, a short one could make any amount of it (kube-apiserver's own limit). */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** `patch` is the parsed body; `Ignore` skips the check of the operations' members, and words shape errors otherwise. */
export function applyJsonPatch(
  object: JsonObject,
  patch: unknown,
  fieldValidation: "Ignore" | "Warn" | "Strict",
): PatchResult {
  const strict = fieldValidation !== "Ignore";
  const malformed = shapeError(patch, strict);
  if (malformed) return malformed;
  // A null body decodes to no operations at all.
  const operations = (patch ?? []) as readonly (JsonObject | null)[];
  if (operations.length > MAX_OPERATIONS)
    return {
      ok: false,
      code: 413,
      reason: "RequestEntityTooLarge",
      message: `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    };
  const root = { "": copyJson(object) as unknown };
  let copied = 0;
  for (const operation of operations) {
    if (operation?.op === "copy") copied += sizeAt(root, operation.from);
    if (copied > MAX_COPIED_BYTES || !run(root, operation ?? {})) return unprocessable();
  }
  const patched = root[""];
  if (!isJsonObject(patched)) return unprocessable();
  return { ok: true, object: patched, strictErrors: strict ? unknownMembers(operations) : [] };
}

function shapeError(patch: unknown, strict: boolean): PatchFailure | undefined {
  const [list, member, prefix] = strict
    ? ["[]handlers.jsonPatchOp", "handlers.jsonPatchOp", "error decoding patch: "]
    : ["jsonpatch.Patch", "jsonpatch.Operation", ""];
  const cannot = (value: unknown, into: string) =>
    badRequest(`${prefix}json: cannot unmarshal ${goJsonType(value)} into Go ${into}`);
  if (patch === null) return undefined;
  if (!Array.isArray(patch)) return cannot(patch, `value of type ${list}`);
  for (const operation of patch as unknown[]) {
    if (operation === null) continue;
    if (!isJsonObject(operation)) return cannot(operation, `value of type ${member}`);
    if (!strict) continue;
    for (const key of ["op", "from", "path"]) {
      const value = operation[key] ?? "";
      if (typeof value !== "string") return cannot(value, `struct field jsonPatchOp.${key} of type string`);
    }
  }
  return undefined;
}

const MEMBERS = new Set(["op", "from", "path", "value"]);

const unknownMembers = (operations: readonly (JsonObject | null)[]): string[] =>
  operations.flatMap((operation, i) =>
    Object.keys(operation ?? {})
      .filter((key) => !MEMBERS.has(key))
      .map((key) => `json patch unknown field "[${i}].${key}"`),
  );

function sizeAt(root: Root, from: unknown): number {
  const found = typeof from === "string" ? get(find(root, from)) : undefined;
  // A member that is not there is copied as null.
  return found ? JSON.stringify(found.value ?? null).length : 0;
}

/** Whether the operation applied; `root[""]` is the document, so that replacing it whole is one assignment. */
function run(root: Root, operation: JsonObject): boolean {
  const { op, path, from, value } = operation;
  if (typeof path !== "string") return false;
  switch (op) {
    case "add":
      return add(find(root, path), value);
    case "remove":
      return remove(find(root, path));
    case "replace":
      return path === "" ? replaceRoot(root, value) : replace(find(root, path), value);
    case "test":
      return test(root, path, value);
    case "move":
    case "copy": {
      if (typeof from !== "string") return false;
      const source = find(root, from);
      const found = get(source);
      if (!found) return false;
      if (op === "move" && !remove(source)) return false;
      return add(find(root, path), op === "copy" ? copyJson(found.value) : found.value);
    }
    default:
      return false;
  }
}

function add(place: Place | undefined, value: unknown = null): boolean {
  if (!place) return false;
  const { container, key } = place;
  if (!Array.isArray(container)) {
    setMember(container, key, value);
    return true;
  }
  const index = key === "-" ? container.length : indexForInsert(key, container.length);
  if (index === undefined) return false;
  container.splice(index, 0, value);
  return true;
}

/** Counted in the longer list: -1 appends. */
const indexForInsert = (key: string, length: number) => {
  const index = indexOf(key, length + 1);
  return index === length + 1 ? undefined : index;
};

function remove(place: Place | undefined): boolean {
  if (!place) return false;
  const { container, key } = place;
  if (!Array.isArray(container)) return Object.hasOwn(container, key) && delete container[key];
  if (!get(place)) return false;
  container.splice(Number(indexOf(key, container.length)), 1);
  return true;
}

function replace(place: Place | undefined, value: unknown = null): boolean {
  if (!place || !get(place)) return false;
  const { container, key } = place;
  if (Array.isArray(container)) container[Number(indexOf(key, container.length))] = value;
  else setMember(container, key, value);
  return true;
}

function replaceRoot(root: Root, value: unknown): boolean {
  if (!isContainer(value)) return false;
  root[""] = value;
  return true;
}

function test(root: Root, path: string, wanted: unknown): boolean {
  if (path === "") return deepEqual(root[""], wanted);
  const found = get(find(root, path));
  return found !== undefined && deepEqual(found.value ?? null, wanted ?? null);
}
