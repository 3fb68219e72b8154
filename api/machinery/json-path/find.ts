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

/**
 * Bounds the values that paths visit, except the first of each step. Wildcards, unions and recursion multiply each other,
 * so that a short path may find more values in a small object than fit in memory.
 */
export class PathRoom {
  #left = 2_000_000;

  spend(values: number): void {
    this.#left -= Math.max(0, values - 1);
    if (this.#left < 0) throw new PathProblem("too many values");
  }
}

/** In order; empty if the path leads nowhere, fails, is invalid, or finds more than there is room for. */
export function findJsonPath(path: string, object: unknown, room = new PathRoom()): unknown[] {
  const nodes = parsePath(path);
  if (typeof nodes === "string") return [];
  try {
    return walk([object], nodes, room);
  } catch (problem) {
    if (problem instanceof PathProblem) return [];
    throw problem;
  }
}

/** A number in a path that is written with a decimal point: Go does not compare it with an integer. */
class Float {
  constructor(readonly value: number) {}
}

const walk = (values: readonly unknown[], path: Path, room: PathRoom): unknown[] =>
  path.reduce<unknown[]>((found, node) => next(found, node, room), [...values]);

function next(values: readonly unknown[], node: PathNode, room: PathRoom): unknown[] {
  switch (node.kind) {
    case "literal":
      return typeof node.value === "string" ? [node.value] : values.map(() => node.value);
    case "number":
      return values.map(() => (node.isFloat ? new Float(Number(node.value)) : node.value));
    case "field": {
      const name = String(node.value);
      return gather(values, room, (value) => (isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));
    }
    case "slice":
      return gather(values, room, (value) => (value === null ? [] : sliced(value, node.slice)));
    case "wildcard":
      return gather(values, room, membersOf);
    case "recursive":
      return gather(values, room, withDescendants);
    case "union":
      return gather(node.paths, room, (path) => walk(values, path, room));
    case "filter":
      return gather(values, room, (value) => itemsOf(value).filter((item) => passes(item, node, room)));
    case "unknown":
      throw new PathProblem("unrecognized identifier");
  }
}

/** Like `flatMap`, but fails when there is no more room. */
function gather<T>(from: readonly T[], room: PathRoom, of: (each: T) => readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const each of from) {
    const more = of(each);
    room.spend(found.length === 0 ? more.length : more.length + 1);
    for (const value of more) found.push(value);
  }
  return found;
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

function passes(item: unknown, { left, operator, right }: PathNode & { kind: "filter" }, room: PathRoom): boolean {
  room.spend(2);
  if (operator === "exists") return pathExists(item, left, room);
  const [a, ...more] = walk([item], left, room);
  if (more.length > 0) throw new PathProblem("can only compare one element at a time");
  if (a === undefined) return false;
  const [b, ...others] = walk([item], right, room);
  if (others.length > 0) throw new PathProblem("can only compare one element at a time");
  return b !== undefined && compared(a, operator, b);
}

function pathExists(item: unknown, path: Path, room: PathRoom): boolean {
  try {
    return walk([item], path, room).length > 0;
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
