/** Evaluates a JSONPath (client-go's util/jsonpath); values that it does not fit yield nothing. */
import { isWholeNumber } from "../json/exact-json.ts";
import { isJsonObject } from "../json/json-object.ts";
import { type Path, type PathNode, PathProblem, parsePath, type Slice } from "./parse.ts";

/** Why client-go cannot parse the path. */
export function jsonPathProblem(path: string): string | undefined {
  const parsed = parsePath(path);
  return typeof parsed === "string" ? parsed : undefined;
}

export const isJsonPath = (path: string): boolean => jsonPathProblem(path) === undefined;

/** In order; empty if the path leads nowhere, fails or is invalid. */
export function findJsonPath(path: string, object: unknown): unknown[] {
  const nodes = parsePath(path);
  if (typeof nodes === "string") return [];
  try {
    return walk([object], nodes);
  } catch (problem) {
    if (problem instanceof PathProblem) return [];
    throw problem;
  }
}

/** A number in a path that is written with a decimal point: Go does not compare it with an integer. */
class Float {
  constructor(readonly value: number) {}
}

const walk = (values: readonly unknown[], path: Path): unknown[] =>
  path.reduce<unknown[]>((found, node) => next(found, node), [...values]);

function next(values: readonly unknown[], node: PathNode): unknown[] {
  switch (node.kind) {
    case "literal":
      return typeof node.value === "string" ? [node.value] : values.map(() => node.value);
    case "number":
      return values.map(() => (node.isFloat ? new Float(Number(node.value)) : node.value));
    case "field": {
      const name = String(node.value);
      return values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));
    }
    case "slice":
      return values.flatMap((value) => (value === null ? [] : sliced(value, node.slice)));
    case "wildcard":
      return values.flatMap(membersOf);
    case "recursive":
      return values.flatMap(withDescendants);
    case "union":
      return node.paths.flatMap((path) => walk(values, path));
    case "filter":
      return values.flatMap((value) => itemsOf(value).filter((item) => passes(item, node)));
    case "unknown":
      throw new PathProblem("unrecognized identifier");
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new PathProblem("not an array");
  return value;
}

const membersOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];

/** A value that has members, and all of those within it; for texts Go treats the bytes as members. */
function withDescendants(value: unknown): unknown[] {
  if (typeof value === "string" && value !== "") return [value];
  const members = membersOf(value);
  return members.length === 0 ? [] : [value, ...members.flatMap(withDescendants)];
}

function sliced(value: unknown, slice: Slice): unknown[] {
  const { length } = itemsOf(value);
  const from = fromEnd(slice.from ?? 0, length);
  let to = fromEnd(slice.to ?? length, length);
  if (to === 0 && slice.isIndex) to = length;
  if (from === to) return [];
  if (from < 0 || from >= length || to < 0 || to > length || from > to) throw new PathProblem("out of bounds");
  const { step = 1 } = slice;
  if (step <= 0) throw new PathProblem("step must be > 0");
  return itemsOf(value)
    .slice(from, to)
    .filter((_, i) => i % step === 0);
}

const fromEnd = (at: number, length: number) => (at < 0 ? at + length : at);

function passes(item: unknown, { left, operator, right }: PathNode & { kind: "filter" }): boolean {
  if (operator === "exists") return exists(item, left);
  const [a, ...more] = walk([item], left);
  if (more.length > 0) throw new PathProblem("can only compare one element at a time");
  if (a === undefined) return false;
  const [b, ...others] = walk([item], right);
  if (others.length > 0) throw new PathProblem("can only compare one element at a time");
  return b !== undefined && compared(a, operator, b);
}

function exists(item: unknown, path: Path): boolean {
  try {
    return walk([item], path).length > 0;
  } catch (problem) {
    // What was found so far counts, which is at least the item.
    if (problem instanceof PathProblem) return true;
    throw problem;
  }
}

const kindOf = (value: unknown) =>
  isWholeNumber(value) ? "number" : value instanceof Float || typeof value === "number" ? "float" : typeof value;
const plain = (value: unknown) => (value instanceof Float ? value.value : value) as number;

function compared(a: unknown, operator: string, b: unknown): boolean {
  const kind = kindOf(a);
  if (kind !== kindOf(b) || kind === "object") throw new PathProblem("incompatible types for comparison");
  const [x, y] = [plain(a), plain(b)];
  switch (operator) {
    case "==":
      return x === y;
    case "!=":
      return x !== y;
  }
  if (kind === "boolean") throw new PathProblem("invalid type for comparison");
  switch (operator) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    default:
      throw new PathProblem(`unrecognized filter operator ${operator}`);
  }
}
