/**
 * The difference between two values as shown in Kubernetes' messages: a unified diff of their internal form as JSON.
 */
import { internalForm } from "./internal-form.ts";

const CONTEXT = 3;

/** `type` is a struct of the schema table: `core.v1.PodSpec`. Ends in a newline; empty if there is no difference. */
export function goDiff(type: string, old: unknown, next: unknown): string {
  return unifiedDiff(linesOf(type, old), linesOf(type, next));
}

const linesOf = (type: string, value: unknown) => JSON.stringify(internalForm(type, value), null, 1).split("\n");

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

function unifiedDiff(old: readonly string[], next: readonly string[]): string {
  const lines = compare(old, next);
  const changed = lines.flatMap(({ mark }, i) => (mark === " " ? [] : [i]));
  const hunks: [start: number, end: number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    if (last && index - CONTEXT <= last[1]) last[1] = Math.min(lines.length, index + CONTEXT + 1);
    else hunks.push([Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)]);
  }
  return hunks.map(([start, end]) => renderHunk(lines, start, end)).join("");
}

function renderHunk(lines: readonly Line[], start: number, end: number): string {
  const count = (from: number, to: number, other: "-" | "+") =>
    lines.slice(from, to).filter(({ mark }) => mark !== other).length;
  const range = (other: "-" | "+") => {
    const length = count(start, end, other);
    const first = count(0, start, other) + (length === 0 ? 0 : 1);
    return length === 1 ? `${first}` : `${first},${length}`;
  };
  const body = lines.slice(start, end).map(({ mark, text }) => `${mark}${text}\n`);
  return `@@ -${range("+")} +${range("-")} @@\n${body.join("")}`;
}

/** The diff by longest common subsequence, after removing equal beginnings and ends. */
function compare(old: readonly string[], next: readonly string[]): Line[] {
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < next.length - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ mark: " ", text });
  return [
    ...old.slice(0, head).map(same),
    ...compareMiddle(old.slice(head, old.length - tail), next.slice(head, next.length - tail)),
    ...old.slice(old.length - tail).map(same),
  ];
}

/** The limit of a comparison, which takes the product of both lengths in memory and time. */
const MOST_COMPARED = 4_000_000;

function compareMiddle(old: readonly string[], next: readonly string[]): Line[] {
  if (old.length * next.length > MOST_COMPARED)
    return [...old.map((text): Line => ({ mark: "-", text })), ...next.map((text): Line => ({ mark: "+", text }))];
  const width = next.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = next.length - 1; j >= 0; j--)
      lengths[i * width + j] = old[i] === next[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < next.length) {
    const [left, right] = [old[i], next[j]];
    if (left !== undefined && left === right) {
      lines.push({ mark: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: "-", text: left });
      i++;
    } else if (right !== undefined) {
      lines.push({ mark: "+", text: right });
      j++;
    }
  }
  return lines;
}
