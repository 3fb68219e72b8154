/**
 * RFC 6902 as Kubernetes applies it (evanphx/json-patch): whatever precedes a pointer's first slash is ignored, a
 * negative index counts from the end, `replace` of a missing member adds it, and `add` without a value adds null. Every
 * failing operation yields the same bare 422.
 */

import { deepEqual } from "../json/deep-equal.ts";
import { exactJson } from "../json/exact-json.ts";
import { copyJson } from "../json/json-copy.ts";
import { isJsonObject, type JsonObject, setMember } from "../json/json-object.ts";
import { find, get, indexOf, isContainer, type Place, type Root } from "./json-place.ts";
import { badRequest, goJsonType, type PatchFailure, type PatchResult, unprocessable } from "./patch-result.ts";

const MAX_OPERATIONS = 10_000;
/**
 * The total size of everything that a patch copies: without a limit, a short one could produce any amount
 * (kube-apiserver's own limit).
 */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;
const TOO_MUCH = `Unable to complete the copy, the accumulated size increase of copy is beyond the limit of ${MAX_COPIED_BYTES}`;

/** The end of the error of a `test` that failed. */
const TEST_FAILED = ": test failed";
const MISSING = "missing value";
const INVALID_INDEX = "invalid index referenced";

/** Whether a patch failed only because a `test` did. */
export const isFailedTest = ({ detail = "" }: PatchFailure): boolean => detail.endsWith(TEST_FAILED);

/**
 * `patch` is the parsed body; `Ignore` skips the check of the operations' members, and changes the text of shape
 * errors.
 */
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
  const root = { "": copyJson(object) };
  let copied = 0;
  for (const operation of operations) {
    if (operation?.op === "copy") copied += sizeAt(root, operation.from);
    const problem = copied > MAX_COPIED_BYTES ? TOO_MUCH : run(root, operation ?? {});
    if (problem !== undefined) return { ...unprocessable(), detail: problem };
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
  // A missing member is copied as null.
  return found ? exactJson(found.value ?? null).length : 0;
}

/** Why the operation cannot be applied, in the library's words, which the answer to a PATCH does not include. */
type Problem = string | undefined;

/** `root[""]` is the document, so that replacing it whole is a single assignment. */
function run(root: Root, operation: JsonObject): Problem {
  const { op, path, from, value } = operation;
  if (typeof op !== "string" || !OPERATIONS.has(op))
    return `Unexpected kind: ${typeof op === "string" ? op : "unknown"}`;
  if ((op === "move" || op === "copy") && typeof from !== "string")
    return `${op} operation failed to decode from: operation, missing from field: ${MISSING}`;
  if (typeof path !== "string")
    return `${op} operation failed to decode path: ${TERSE.has(op) ? "" : "operation missing path field: "}${MISSING}`;
  switch (op) {
    case "add":
      return add(root, path, value);
    case "remove":
      return remove(root, path);
    case "replace":
      return replace(root, path, value);
    case "test":
      return test(root, path, value);
    case "move":
      return move(root, String(from), path);
    default:
      return copy(root, String(from), path);
  }
}

/** Operations whose errors do not say why there is no path. */
const TERSE: ReadonlySet<string> = new Set(["add", "remove", "copy"]);
const OPERATIONS: ReadonlySet<string> = new Set(["add", "remove", "replace", "move", "test", "copy"]);

function add(root: Root, path: string, value: unknown): Problem {
  const place = find(root, path);
  if (!place) return `add operation does not apply: doc is missing path: "${path}": ${MISSING}`;
  const problem = insert(place, value);
  return problem && `error in add for path: '${path}': ${problem}`;
}

function insert({ container, key }: Place, value: unknown = null): Problem {
  if (!Array.isArray(container)) {
    setMember(container, key, value);
    return undefined;
  }
  // Counted in the resulting list: -1 appends.
  const index = key === "-" ? container.length : indexOf(key, container.length + 1);
  if (index === undefined || index > container.length)
    return isNumber(key)
      ? `Unable to access invalid index: ${Number(key)}: ${INVALID_INDEX}`
      : `value was not a proper array index: '${key}': ${notANumber(key)}`;
  container.splice(index, 0, value);
  return undefined;
}

const isNumber = (key: string) => /^[+-]?\d+$/.test(key);
const notANumber = (key: string) => `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;

function remove(root: Root, path: string): Problem {
  const place = find(root, path);
  if (!place) return `remove operation does not apply: doc is missing path: "${path}": ${MISSING}`;
  const problem = takeOut(place);
  return problem && `error in remove for path: '${path}': ${problem}`;
}

function takeOut(place: Place): Problem {
  const { container, key } = place;
  if (!Array.isArray(container)) {
    if (!Object.hasOwn(container, key)) return `Unable to remove nonexistent key: ${key}: ${MISSING}`;
    delete container[key];
    return undefined;
  }
  if (!get(place))
    return isNumber(key) ? `Unable to access invalid index: ${Number(key)}: ${INVALID_INDEX}` : notANumber(key);
  container.splice(Number(indexOf(key, container.length)), 1);
  return undefined;
}

function replace(root: Root, path: string, value: unknown = null): Problem {
  if (path === "") {
    if (!isContainer(value)) return "replace operation hit var not in object or array";
    root[""] = value;
    return undefined;
  }
  const place = find(root, path);
  if (!place) return `replace operation does not apply: doc is missing path: ${path}: ${MISSING}`;
  if (!get(place)) return `replace operation does not apply: doc is missing key: ${path}: ${MISSING}`;
  const { container, key } = place;
  if (Array.isArray(container)) container[Number(indexOf(key, container.length))] = value;
  else setMember(container, key, value);
  return undefined;
}

function test(root: Root, path: string, wanted: unknown): Problem {
  const failed = `testing value ${path} failed${TEST_FAILED}`;
  if (path === "") return deepEqual(root[""], wanted) ? undefined : failed;
  const place = find(root, path);
  if (!place) return `test operation does not apply: is missing path: ${path}: ${MISSING}`;
  const found = get(place);
  if (!found)
    return `error in test for path: '${path}': Unable to access invalid index: ${place.key}: ${INVALID_INDEX}`;
  return deepEqual(found.value ?? null, wanted ?? null) ? undefined : failed;
}

function move(root: Root, from: string, path: string): Problem {
  const source = find(root, from);
  if (!source) return `move operation does not apply: doc is missing from path: ${from}: ${MISSING}`;
  const found = get(source);
  const problem = found ? takeOut(source) : `Unable to access invalid index: ${source.key}: ${INVALID_INDEX}`;
  if (!found || problem !== undefined) return `error in move for path: '${source.key}': ${problem}`;
  const target = find(root, path);
  if (!target) return `move operation does not apply: doc is missing destination path: ${path}: ${MISSING}`;
  const failed = insert(target, found.value);
  return failed && `error in move for path: '${path}': ${failed}`;
}

function copy(root: Root, from: string, path: string): Problem {
  const source = find(root, from);
  if (!source) return `copy operation does not apply: doc is missing from path: ${from}: ${MISSING}`;
  const found = get(source);
  if (!found)
    return `error in copy for from: '${from}': Unable to access invalid index: ${source.key}: ${INVALID_INDEX}`;
  const target = find(root, path);
  if (!target) return `copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}`;
  const failed = insert(target, copyJson(found.value));
  return failed && `error while adding value during copy: ${failed}`;
}
