/** Patterns in expressions, which are written for RE2 and limited here (structural/pattern.ts). */
import { compilePattern, matchesPattern, searcherOf } from "../../structural/pattern.ts";
import { regexpProblem } from "../../structural/regexp-syntax.ts";
import { CelError } from "./values.ts";

export interface Regex {
  test(text: string): boolean;
  /** The first match. */
  find(text: string): string | undefined;
  findAll(text: string, limit: number): string[];
}

/** The error in Go's words; undefined if it is a valid pattern. */
export const patternProblem = (pattern: string): string | undefined =>
  isRegex(pattern) ? undefined : (regexpProblem(pattern) ?? `error parsing regexp: ${pattern}`);

export const isRegex = (pattern: string): boolean => compilePattern(pattern) !== undefined;

export function compileRegex(text: string): Regex {
  const pattern = compilePattern(text);
  if (!pattern) throw new CelError(patternProblem(text) ?? "");
  const searcher = (at: string) => {
    const found = searcherOf(pattern, at);
    if (!found) throw new CelError(`matches of ${text} cannot be found in bounded time`);
    return found;
  };
  const test = (at: string): boolean => {
    const isMatch = matchesPattern(pattern, at);
    if (isMatch === undefined) throw new CelError(`matches of ${text} cannot be found in bounded time`);
    return isMatch;
  };
  return {
    test,
    find: (at) => (test(at) ? searcher(at).exec(at)?.[0] : undefined),
    findAll(at, limit) {
      if (!test(at)) return [];
      const { source, flags } = searcher(at);
      const all: string[] = [];
      let end = -1;
      for (const { 0: found, index } of at.matchAll(new RegExp(source, `${flags}g`))) {
        // Go ignores an empty match right behind another.
        if (found !== "" || index !== end) all.push(found);
        end = index + found.length;
      }
      return limit < 0 ? all : all.slice(0, limit);
    },
  };
}
