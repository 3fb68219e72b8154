/**
 * Regular expressions of users, written for Go's RE2 and run by JavaScript's backtracking engine. RE2 never takes more
 * than linear time, so what could take much more here is refused, and texts are bounded.
 */
import { regexpProblem } from "./regexp-syntax.ts";

/** The pattern as JavaScript reads it, or undefined where it is no pattern, or one that could run away. */
export function compilePattern(pattern: string): RegExp | undefined {
  const known = compiled.get(pattern);
  if (known !== undefined) return known ?? undefined;
  const made = tryCompile(pattern);
  if (compiled.size >= MOST_KEPT) compiled.clear();
  compiled.set(pattern, made ?? null);
  return made;
}

const MOST_KEPT = 1000;
const compiled = new Map<string, RegExp | null>();

function tryCompile(pattern: string): RegExp | undefined {
  if (regexpProblem(pattern) !== undefined || hasNestedRepetition(pattern)) return undefined;
  const flags = new Set<string>();
  let text = pattern.replace(/^\(\?([imsU]+)\)/, (_, letters: string) => {
    for (const letter of letters) if (letter !== "U") flags.add(letter);
    return "";
  });
  text = text
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replace(/\[\[:(\^?)(\w+):\]\]/g, (all, not: string, name: string) => {
      const set = POSIX[name];
      return set ? `[${not}${set}]` : all;
    })
    .replace(/\[:(\w+):\]/g, (all, name: string) => POSIX[name] ?? all);
  try {
    return new RegExp(text, [...flags, "u"].join(""));
  } catch {
    try {
      return new RegExp(text, [...flags].join(""));
    } catch {
      return undefined;
    }
  }
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  space: "\\s",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
  punct: "!-\\/:-@\\[-`{-~",
};

/** How deep a repetition without an end stands in another: `(a+)+` takes exponential time. */
function hasNestedRepetition(pattern: string): boolean {
  const open: { repeats: boolean; fixed: boolean }[] = [{ repeats: false, fixed: true }];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === "\\") i++;
    else if (c === "[") i = endOfClass(pattern, i);
    else if (c === "(") open.push({ repeats: false, fixed: false });
    else if (c === ")") {
      const group = open.pop();
      const after = pattern.slice(i + 1);
      const unbounded = /^([*+]|\{\d+,\})/.test(after);
      const parent = open.at(-1);
      if (!parent || !group) return false;
      if (unbounded && group.repeats && !isSeparated(pattern.slice(0, i + 1))) return true;
      if (unbounded && hasOverlap(insideOf(pattern.slice(0, i + 1)) ?? "")) return true;
      if (unbounded || group.repeats) parent.repeats = true;
    } else if (c === "*" || c === "+" || (c === "{" && /^\{\d+,\}/.test(pattern.slice(i)))) {
      const group = open.at(-1);
      if (group) group.repeats = true;
    }
  }
  return false;
}

/**
 * A repeated group whose first or last character stands nowhere else in it, as in `(\\.[a-z]+)*`, can be cut into its
 * turns in one way only, and so takes linear time.
 */
function isSeparated(upToGroup: string): boolean {
  const inside = insideOf(upToGroup);
  if (inside === undefined || inside.includes("|")) return false;
  const atoms = atomsOf(inside);
  const taken = atoms.map(charactersOf);
  const isLone = (i: number) => {
    const own = taken[i];
    if (!own || own.size === 0 || /^[*+?{]$/.test(atoms[i + 1] ?? "")) return false;
    return taken.every((other, at) => at === i || !overlap(own, other));
  };
  return isLone(0) || isLone(atoms.length - 1);
}

/** Alternatives that may begin alike, as in `(a|aa)+`, can share a text out between their turns in many ways. */
function hasOverlap(inside: string): boolean {
  const alternatives = inside.split("|");
  if (alternatives.length === 1) return false;
  const seen = new Set<string>();
  for (const each of alternatives) {
    const first = charactersOf(atomsOf(each.replace(/^[(?:^]+/, ""))[0] ?? "");
    if (overlap(seen, first)) return true;
    for (const c of first) seen.add(c);
  }
  return false;
}

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((c) => b.has(c));

const atomsOf = (pattern: string): string[] => pattern.match(/\[\^?(?:\\.|[^\]\\])+\]|\\.|[^\\]/gs) ?? [];

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** The printable characters that a class, an escape or a plain character stands for. */
function charactersOf(atom: string): ReadonlySet<string> {
  if (/^[()^$*+?{}]?$/.test(atom)) return new Set();
  try {
    const one = new RegExp(`^${atom}$`);
    return new Set(PRINTABLE.filter((c) => one.test(c)));
  } catch {
    return new Set(PRINTABLE);
  }
}

/** What stands in the group that a text ends with. */
function insideOf(upToGroup: string): string | undefined {
  let depth = 0;
  for (let i = upToGroup.length - 1; i >= 0; i--) {
    if (upToGroup[i - 1] === "\\") continue;
    if (upToGroup[i] === ")") depth++;
    else if (upToGroup[i] === "(" && --depth === 0) return upToGroup.slice(i + 1, -1).replace(/^\?:/, "");
  }
  return undefined;
}

function endOfClass(pattern: string, from: number): number {
  for (let i = from + 1; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "]" && i > from + 1) return i;
  }
  return pattern.length;
}

/** More than any value that is meant to be matched. */
const LONGEST = 256 * 1024;

export const matchesPattern = (pattern: RegExp, text: string): boolean => text.length <= LONGEST && pattern.test(text);
