/**
 * The JSONPath of printer columns, as client-go reads it: `.spec.a`, `['a.b']`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `[0,2]`,
 * `..name`, `[?(@.type=="Ready")].status`.
 */
import { isJsonObject } from "../json-object.ts";

type Step = (values: readonly unknown[]) => unknown[];

/** What the path finds, in order; nothing where it leads nowhere or is no path. */
export function findJsonPath(path: string, object: unknown): unknown[] {
  let found: unknown[] = [object];
  for (const step of stepsOf(path)) found = step(found);
  return found;
}

const parsed = new Map<string, readonly Step[]>();

function stepsOf(path: string): readonly Step[] {
  const known = parsed.get(path);
  if (known) return known;
  const made = parse(path) ?? [() => []];
  if (parsed.size > 1000) parsed.clear();
  parsed.set(path, made);
  return made;
}

function parse(path: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = path.replace(/^\$/, "");
  while (rest !== "") {
    const deep = /^\.\.([\w-]+)/.exec(rest);
    const name = /^\.((?:\\.|[^.[\]\\])+)/.exec(rest);
    if (deep) steps.push(descend(deep[1] ?? ""));
    else if (rest.startsWith(".*")) steps.push(every);
    else if (name) steps.push(member((name[1] ?? "").replace(/\\(.)/g, "$1")));
    else if (rest.startsWith("[")) {
      const end = endOfBracket(rest);
      const step = end > 0 ? parseBracket(rest.slice(1, end).trim()) : undefined;
      if (!step) return undefined;
      steps.push(step);
      rest = rest.slice(end + 1);
      continue;
    } else return rest === "." ? steps : undefined;
    rest = rest.slice((deep ?? (rest.startsWith(".*") ? [".*"] : name))?.[0]?.length ?? rest.length);
  }
  return steps;
}

function endOfBracket(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "'" || c === '"') {
      i = text.indexOf(c, i + 1);
      if (i < 0) return -1;
    } else if (c === "[") depth++;
    else if (c === "]" && --depth === 0) return i;
  }
  return -1;
}

function parseBracket(inside: string): Step | undefined {
  if (inside === "*") return every;
  const filter = /^\?\((.*)\)$/s.exec(inside);
  if (filter) return parseFilter(filter[1] ?? "");
  const slice = /^(-?\d*):(-?\d*)$/.exec(inside);
  if (slice) {
    const [from, to] = [slice[1], slice[2]].map((text) => (text ? Number(text) : undefined));
    return (values) => values.flatMap((value) => (Array.isArray(value) ? value.slice(from, to) : []));
  }
  const parts = inside.match(/'[^']*'|"[^"]*"|-?\d+/g);
  if (!parts || inside.replace(/'[^']*'|"[^"]*"|-?\d+|[\s,]/g, "") !== "") return undefined;
  const picks = parts.map((part) => (/^['"]/.test(part) ? member(part.slice(1, -1)) : index(Number(part))));
  return (values) => picks.flatMap((pick) => pick(values));
}

const OPERATORS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
};

const compare = (a: unknown, b: unknown): number =>
  typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")
    ? Number.NaN
    : (a as string) < (b as string)
      ? -1
      : a === b
        ? 0
        : 1;

function parseFilter(text: string): Step | undefined {
  const [, left = "", operator, right = ""] =
    /^\s*@((?:[^=!<>'"]|'[^']*'|"[^"]*")*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/s.exec(text) ?? [];
  const items: Step = (values) => values.flatMap((value) => (Array.isArray(value) ? value : []));
  if (operator === undefined)
    return left === "" ? undefined : (values) => items(values).filter((item) => findJsonPath(left, item).length > 0);
  const test = OPERATORS[operator];
  const operand = (item: unknown) => (right.startsWith("@") ? findJsonPath(right.slice(1), item)[0] : literal(right));
  return (values) =>
    items(values).filter((item) => findJsonPath(left, item).some((value) => test?.(value, operand(item))));
}

function literal(text: string): unknown {
  if (/^'.*'$|^".*"$/s.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

const member =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));

const index =
  (at: number): Step =>
  (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      const i = at < 0 ? value.length + at : at;
      return i in value ? [value[i] as unknown] : [];
    });

const every: Step = (values) =>
  values.flatMap((value) => (Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []));

const descend =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => {
      const here = isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
      const below = typeof value === "object" && value !== null ? descend(name)(Object.values(value)) : [];
      return [...here, ...below];
    });
