/** How many steps a backtracking engine may need at most for an expression, depending on the length of the text. */
import type { CharacterSet, RegexpTree } from "./regexp-tree.ts";

export interface BacktrackingCost {
  /** Unbounded repetitions that may end at every character. */
  readonly power: number;
  /** Alternatives whose number does not depend on the text's length. */
  readonly ways: number;
}

const ENDLESS: BacktrackingCost = { power: Number.POSITIVE_INFINITY, ways: 1 };

/** An unanchored expression is tried at every character. */
export function backtrackingCost(tree: RegexpTree): BacktrackingCost {
  const cost = costOf(tree);
  return beginsAtStart(tree) ? cost : { ...cost, power: cost.power + 1 };
}

export const stepsFor = ({ power, ways }: BacktrackingCost, length: number): number =>
  Math.max(length, 2) ** power * ways;

function beginsAtStart(tree: RegexpTree): boolean {
  if (tree.is === "place") return tree.of === "begin";
  if (tree.is === "sequence") return tree.of[0] !== undefined && beginsAtStart(tree.of[0]);
  return tree.is === "choice" && tree.of.every(beginsAtStart);
}

function costOf(tree: RegexpTree): BacktrackingCost {
  switch (tree.is) {
    case "set":
    case "place":
      return { power: 0, ways: 1 };
    case "sequence":
      return tree.of.map(costOf).reduce(both, { power: 0, ways: 1 });
    case "choice": {
      const costs = tree.of.map(costOf);
      const ways = areApart(tree.of)
        ? Math.max(...costs.map((each) => each.ways))
        : sum(costs.map((each) => each.ways));
      return { power: Math.max(...costs.map(({ power }) => power)), ways };
    }
    case "repeat": {
      const { power, ways } = costOf(tree.of);
      const isPlain = power === 0 && ways === 1;
      if (tree.most === Number.POSITIVE_INFINITY) {
        // If iterations can be told apart, there is only one way to split a text into them.
        return isPlain || isSeparated(tree.of) ? { power: power + 1, ways } : ENDLESS;
      }
      return { power: power * tree.most, ways: ways ** tree.most * (tree.most - tree.least + 1) };
    }
  }
}

const both = (a: BacktrackingCost, b: BacktrackingCost) => ({ power: a.power + b.power, ways: a.ways * b.ways });
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/** Alternatives that begin with disjoint characters: at most one can continue. */
function areApart(alternatives: readonly RegexpTree[]): boolean {
  const taken = new Set<number>();
  for (const each of alternatives) {
    const first = firstOf(each);
    if (!first) return false;
    for (const code of CODES) {
      if (!first(code)) continue;
      if (taken.has(code)) return false;
      taken.add(code);
    }
  }
  return true;
}

/** An iteration begins or ends with a character that occurs nowhere else in it. */
function isSeparated(turn: RegexpTree): boolean {
  const sets = setsOf(turn);
  const isLone = (set: CharacterSet | undefined) =>
    set !== undefined && sets.every((other) => other === set || !overlap(set, other));
  return isLone(firstOf(turn)) || isLone(lastOf(turn));
}

const firstOf = (tree: RegexpTree) => edgeOf(tree, 0);
const lastOf = (tree: RegexpTree) => edgeOf(tree, -1);

/** The one set of characters with which every match begins or ends, exactly once. */
function edgeOf(tree: RegexpTree, index: 0 | -1): CharacterSet | undefined {
  if (tree.is === "set") return tree.has;
  if (tree.is === "sequence" || (tree.is === "choice" && tree.of.length === 1)) {
    const edge = tree.of.at(index);
    return edge && edgeOf(edge, index);
  }
  return undefined;
}

const setsOf = (tree: RegexpTree): readonly CharacterSet[] => {
  if (tree.is === "set") return [tree.has];
  if (tree.is === "repeat") return setsOf(tree.of);
  return tree.is === "place" ? [] : tree.of.flatMap(setsOf);
};

/** ASCII, and one letter that represents all others. */
const CODES = [...Array.from({ length: 128 }, (_, code) => code), 0x3b1];
const overlap = (a: CharacterSet, b: CharacterSet) => CODES.some((code) => a(code) && b(code));
