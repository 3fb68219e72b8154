/**
 * The equal parts of two sequences of lines, as Python's difflib (which Kubernetes' messages use by way of Go) finds
 * them: the longest equal part first, then the same to its left and right. It is not the longest common subsequence.
 */

/** Where an equal part begins in each sequence. */
export interface Block {
  readonly old: number;
  readonly next: number;
  readonly length: number;
}

/** A part of each sequence, to be searched. */
interface Window {
  readonly old: readonly [from: number, to: number];
  readonly next: readonly [from: number, to: number];
}

export function matchingBlocks(old: readonly string[], next: readonly string[]): Block[] {
  const longestIn = longestBlock(old, next);
  const found: Block[] = [];
  const open: Window[] = [{ old: [0, old.length], next: [0, next.length] }];
  for (let window = open.pop(); window; window = open.pop()) {
    const block = longestIn(window);
    if (block.length === 0) continue;
    found.push(block);
    const [oldEnd, nextEnd] = [block.old + block.length, block.next + block.length];
    open.push({ old: [window.old[0], block.old], next: [window.next[0], block.next] });
    open.push({ old: [oldEnd, window.old[1]], next: [nextEnd, window.next[1]] });
  }
  return found.sort((a, b) => a.old - b.old);
}

/** From this length on, lines that make up more than one in a hundred begin no equal part. */
const POPULAR_FROM = 200;

function positionsOf(lines: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const at = positions.get(line);
    if (at) at.push(i);
    else positions.set(line, [i]);
  });
  const most = lines.length < POPULAR_FROM ? lines.length : Math.floor(lines.length / 100) + 1;
  for (const [line, { length }] of positions) if (length > most) positions.delete(line);
  return positions;
}

/** The first of the longest equal parts in a window. */
function longestBlock(old: readonly string[], next: readonly string[]): (window: Window) => Block {
  const positions = positionsOf(next);
  // The length of the equal part that ends before each line of `next`, for the previous and for the current old line.
  let lengths = new Uint32Array(next.length + 1);
  let following = new Uint32Array(next.length + 1);
  return ({ old: [oldFrom, oldTo], next: [nextFrom, nextTo] }) => {
    let best: Block = { old: oldFrom, next: nextFrom, length: 0 };
    let touched: number[] = [];
    for (let i = oldFrom; i < oldTo; i++) {
      const ends: number[] = [];
      for (const j of positions.get(old[i] ?? "") ?? []) {
        if (j < nextFrom) continue;
        if (j >= nextTo) break;
        const length = (lengths[j] ?? 0) + 1;
        following[j + 1] = length;
        ends.push(j + 1);
        if (length > best.length) best = { old: i - length + 1, next: j - length + 1, length };
      }
      for (const end of touched) lengths[end] = 0;
      [lengths, following, touched] = [following, lengths, ends];
    }
    for (const end of touched) lengths[end] = 0;
    let { old: i, next: j, length } = best;
    for (; i > oldFrom && j > nextFrom && old[i - 1] === next[j - 1]; i--, j--) length++;
    while (i + length < oldTo && j + length < nextTo && old[i + length] === next[j + length]) length++;
    return { old: i, next: j, length };
  };
}
