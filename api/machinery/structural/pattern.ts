/**
 * Regular expressions of users, written for Go's RE2 and run by JavaScript's backtracking engine. RE2 never takes more
 * than linear time, so what could take much more here is refused, and texts are bounded.
 */

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
  if (hasNestedRepetition(pattern)) return undefined;
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
      if (unbounded || group.repeats) parent.repeats = true;
    } else if (c === "*" || c === "+" || (c === "{" && /^\{\d+,\}/.test(pattern.slice(i)))) {
      const group = open.at(-1);
      if (group) group.repeats = true;
    }
  }
  return false;
}

/** A repeated group that begins or ends with a plain character, as `(\.[a-z]+)*` does, is told apart by it. */
function isSeparated(upToGroup: string): boolean {
  let depth = 0;
  for (let i = upToGroup.length - 1; i >= 0; i--) {
    if (upToGroup[i] === ")" && upToGroup[i - 1] !== "\\") depth++;
    else if (upToGroup[i] === "(" && upToGroup[i - 1] !== "\\" && --depth === 0) {
      const inside = upToGroup.slice(i + 1, -1).replace(/^\?:/, "");
      return (
        /^(\\[^wdsWDSbB]|[^\\[(.*+?|])(?![*+?{])/.test(inside) ||
        /(\\[^wdsWDSbB]|[^\\\])}.*+?|])$/.test(inside) ||
        /^\[/.test(inside)
      );
    }
  }
  return false;
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
