/** Patterns of expressions, written for RE2 and bounded here (structural/pattern.ts). */
import { compilePattern, matchesPattern } from "../structural/pattern.ts";
import { CelError } from "./values.ts";

export interface Regex {
  test(text: string): boolean;
  /** The first match from an index on. */
  find(text: string): string | undefined;
  findAll(text: string, limit: number): string[];
}

export const isRegex = (pattern: string): boolean => compilePattern(pattern) !== undefined;

export function compileRegex(pattern: string): Regex {
  const regex = compilePattern(pattern);
  if (!regex) throw new CelError(`error parsing regexp: ${pattern}`);
  return {
    test: (text) => matchesPattern(regex, text),
    find: (text) => (matchesPattern(regex, text) ? regex.exec(text)?.[0] : undefined),
    findAll(text, limit) {
      if (!matchesPattern(regex, text)) return [];
      const all = [...text.matchAll(new RegExp(regex.source, `${regex.flags}g`))].map(([found]) => found);
      return limit < 0 ? all : all.slice(0, limit);
    },
  };
}
