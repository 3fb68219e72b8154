/** What changed between two texts, line by line: the longest common subsequence. */
export interface DiffLine {
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

/** Beyond this many pairs, the middle is shown as replaced entirely, to keep the page responsive. */
const MAX_PAIRS = 4_000_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [
    ...lines(" ", a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...lines(" ", a.slice(a.length - end)),
  ];
}

const lines = (sign: DiffLine["sign"], texts: readonly string[]): DiffLine[] => texts.map((text) => ({ sign, text }));

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > MAX_PAIRS) return [...lines("-", a), ...lines("+", b)];
  const width = b.length + 1;
  // common[i * width + j]: the longest common subsequence of `a` from i and `b` from j.
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      result.push({ sign: " ", text: a[i] ?? "" });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) result.push({ sign: "-", text: a[i++] ?? "" });
    else result.push({ sign: "+", text: b[j++] ?? "" });
  }
  return [...result, ...lines("-", a.slice(i)), ...lines("+", b.slice(j))];
}

export type Hunk = readonly DiffLine[];

/** Only the changes, with some lines of context. */
export function hunksOf(diff: readonly DiffLine[], around = 3): Hunk[] {
  const hunks: DiffLine[][] = [];
  let shownTo = -1;
  diff.forEach((line, index) => {
    if (line.sign === " ") return;
    const from = Math.max(0, index - around);
    if (from > shownTo || hunks.length === 0) hunks.push([]);
    hunks.at(-1)?.push(...diff.slice(Math.max(from, shownTo), index + around + 1));
    shownTo = Math.min(diff.length, index + around + 1);
  });
  return hunks;
}
