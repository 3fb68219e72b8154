/**
 * User-supplied regular expressions, written for Go's RE2, which runs in linear time. JavaScript's engine is fast, but
 * backtracks: it gets expressions that it interprets like Go and that cannot take long; all others are matched in
 * linear time here.
 */
import { type BacktrackingCost, backtrackingCost, stepsFor } from "./backtracking-cost.ts";
import { type LinearMatcher, linearMatcher } from "./linear-match.ts";
import { regexpProblem } from "./regexp-syntax.ts";
import { parseRegexp } from "./regexp-tree.ts";

export interface Pattern {
  readonly linear: LinearMatcher;
  readonly cost: BacktrackingCost;
  /** The JavaScript equivalent; undefined if it would be interpreted differently, or could run away. */
  readonly regexp: RegExp | undefined;
}

/** Undefined if it is invalid or too large. */
export function compilePattern(pattern: string): Pattern | undefined {
  const known = compiled.get(pattern);
  if (known !== undefined) return known ?? undefined;
  const made = tryCompile(pattern);
  if (compiled.size >= MAX_CACHED) compiled.clear();
  compiled.set(pattern, made ?? null);
  return made;
}

const MAX_CACHED = 1000;
const compiled = new Map<string, Pattern | null>();

function tryCompile(pattern: string): Pattern | undefined {
  if (regexpProblem(pattern) !== undefined) return undefined;
  const tree = parseRegexp(pattern);
  const linear = linearMatcher(tree);
  if (!linear) return undefined;
  const cost = backtrackingCost(tree);
  const isOurs = pattern.length > MAX_PATTERN_LENGTH || !Number.isFinite(cost.power) || OURS.test(pattern);
  return { linear, cost, regexp: isOurs ? undefined : forJavaScript(pattern) };
}

/** A longer pattern is not examined for differences to JavaScript. */
const MAX_PATTERN_LENGTH = 2000;

/**
 * Syntax that JavaScript lacks or interprets differently: quoted texts, categories and scripts, some classes, escapes
 * and flags.
 */
const OURS =
  /\\(?:[AzQpPa]|x\{|[0-7])|\[\^?\]|\[:(?:\^|ascii|blank|cntrl|graph|print)|\[[^\]]*\\S|\(\?[imsU-]+:|.\(\?[imsU-]+\)|^\(\?[imsU]*[-U]/s;

function forJavaScript(pattern: string): RegExp | undefined {
  const flags = new Set<string>();
  let text = pattern.replace(/^\(\?([imsU]+)\)/, (_, letters: string) => {
    for (const letter of letters) flags.add(letter);
    return "";
  });
  text = text
    .replaceAll("(?P<", "(?<")
    .replace(/\[:(\w+):\]/g, (all, name: string) => POSIX[name] ?? all)
    .replace(ITEM, (all, characters?: string, space?: string) => {
      if (characters) return characters.replace(/\\./gs, (each) => (each === "\\s" ? SPACE : each));
      return space ? `[${space === "s" ? "" : "^"}${SPACE}]` : all;
    });
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

/** Go's white space, without the vertical tab and what Unicode adds. */
const SPACE = "\\t\\n\\f\\r ";
/** A class of characters, or an escape. */
const ITEM = /(\[(?:\\.|[^\]\\])*\])|\\([sS])|\\./gs;

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  space: "\\t\\n\\v\\f\\r ",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
  punct: "!-\\/:-@\\[-`{-~",
};

/** The number of steps that JavaScript's engine, and ours, may take: a fraction of a second. */
const MAX_BACKTRACKING = 10_000_000;
const MAX_STEPS = 60_000_000;
/** Only JavaScript's engine can tell where a text matches, so it is given more time, which it seldom takes. */
const MAX_SEARCHING = 1_000_000_000;

/** Undefined if it would take too long: taken for no match, it would satisfy a rule that forbids one. */
export function matchesPattern({ regexp, cost, linear }: Pattern, text: string): boolean | undefined {
  if (regexp && stepsFor(cost, text.length) <= MAX_BACKTRACKING) return regexp.test(text);
  return text.length * linear.steps <= MAX_STEPS ? linear.test(text) : undefined;
}

/** The cost of compiling a pattern, in the unit of {@link matchingSteps}; 0 if it is cached. */
export const compilingSteps = (pattern: string): number => (compiled.has(pattern) ? 0 : 300 + 20 * pattern.length);

/**
 * The cost of a match. JavaScript's engine is many times as fast as ours, and seldom backtracks as much as it could.
 * Ours counts for five times as long as it takes: only a pattern made to take long takes a second for all of an object.
 */
export function matchingSteps({ regexp, cost, linear }: Pattern, text: string): number {
  const steps = stepsFor(cost, text.length);
  if (regexp && steps <= MAX_BACKTRACKING) return text.length + steps / 30;
  return (text.length * linear.steps) / 2;
}

/** Finds the matches in a text; undefined if that could take too long. */
export const searcherOf = ({ regexp, cost }: Pattern, text: string): RegExp | undefined =>
  regexp && stepsFor(cost, text.length) <= MAX_SEARCHING ? regexp : undefined;
