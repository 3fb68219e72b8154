/** Matches a text in time linear in its length, by following all paths through the expression at once (Thompson). */
import { isWord, type RegexpTree } from "./regexp-tree.ts";

type Step =
  | { readonly op: "set"; readonly has: (code: number) => boolean }
  | { readonly op: "place"; readonly of: string }
  /** Continues at each of them. */
  | { readonly op: "fork"; readonly to: number[] }
  | { readonly op: "matched" };

/** More steps than in any expression written by hand. */
const MAX_STEPS = 5000;
class TooLarge extends Error {}

export interface LinearMatcher {
  readonly steps: number;
  readonly test: (text: string) => boolean;
}

/** Undefined for an expression whose repetitions make it too large. */
export function linearMatcher(tree: RegexpTree): LinearMatcher | undefined {
  const steps: Step[] = [];
  try {
    write(tree, steps);
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
  steps.push({ op: "matched" });
  return { steps: steps.length, test: (text) => matches(steps, text) };
}

function add<S extends Step>(steps: Step[], step: S): S {
  if (steps.length >= MAX_STEPS) throw new TooLarge();
  steps.push(step);
  return step;
}

function write(tree: RegexpTree, steps: Step[]): void {
  switch (tree.is) {
    case "set":
      add(steps, { op: "set", has: tree.has });
      return;
    case "place":
      add(steps, { op: "place", of: tree.of });
      return;
    case "sequence":
      for (const each of tree.of) write(each, steps);
      return;
    case "choice":
      writeChoice(tree.of, steps);
      return;
    case "repeat":
      writeRepeat(tree, steps);
  }
}

function writeChoice(alternatives: readonly RegexpTree[], steps: Step[]): void {
  const begin = add(steps, { op: "fork" as const, to: [] as number[] });
  const ends: { to: number[] }[] = [];
  for (const each of alternatives) {
    begin.to.push(steps.length);
    write(each, steps);
    ends.push(add(steps, { op: "fork" as const, to: [] as number[] }));
  }
  for (const { to } of ends) to.push(steps.length);
}

function writeRepeat({ of, least, most }: { of: RegexpTree; least: number; most: number }, steps: Step[]): void {
  for (let i = 0; i < least; i++) write(of, steps);
  if (most === Number.POSITIVE_INFINITY) {
    const again = steps.length;
    const fork = add(steps, { op: "fork" as const, to: [again + 1] });
    write(of, steps);
    add(steps, { op: "fork", to: [again] });
    fork.to.push(steps.length);
    return;
  }
  const forks: { to: number[] }[] = [];
  for (let i = least; i < most; i++) {
    forks.push(add(steps, { op: "fork" as const, to: [steps.length + 1] }));
    write(of, steps);
  }
  for (const { to } of forks) to.push(steps.length);
}

const NONE = -1;

function matches(steps: readonly Step[], text: string): boolean {
  /** When each step was last reached: once per position in the text is enough. */
  const seen = new Int32Array(steps.length).fill(NONE);
  let sets: number[] = [];
  let before = NONE;
  const codes = Array.from(text, (c) => c.codePointAt(0) ?? 0);
  for (let at = 0; at <= codes.length; at++) {
    const code = codes[at] ?? NONE;
    // A match may begin anywhere.
    const open = [...sets, 0];
    sets = [];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen[next] === at) continue;
      seen[next] = at;
      const step = steps[next];
      if (step?.op === "matched") return true;
      if (step?.op === "fork") open.push(...step.to);
      else if (step?.op === "place" && isAt(step.of, before, code)) open.push(next + 1);
      else if (step?.op === "set" && code !== NONE && step.has(code)) sets.push(next + 1);
    }
    before = code;
  }
  return false;
}

function isAt(place: string, before: number, code: number): boolean {
  switch (place) {
    case "begin":
      return before === NONE;
    case "end":
      return code === NONE;
    case "line begin":
      return before === NONE || before === 10;
    case "line end":
      return code === NONE || code === 10;
    default:
      return (isWord(before) !== isWord(code)) === (place === "word edge");
  }
}
