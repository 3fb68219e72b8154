/**
 * The difference between two values as shown in Kubernetes' messages: a unified diff of their internal form as JSON.
 */
import { withGoEscapes } from "../machinery/json/go-json.ts";
import { internalForm } from "./internal-form.ts";
import { type Block, matchingBlocks } from "./matching-blocks.ts";

const CONTEXT = 3;

/** `type` is a struct of the schema table: `core.v1.PodSpec`. Ends in a newline; empty if there is no difference. */
export function goDiff(type: string, old: unknown, next: unknown): string {
  return unifiedDiff(linesOf(type, old), linesOf(type, next));
}

const linesOf = (type: string, value: unknown) =>
  withGoEscapes(JSON.stringify(internalForm(type, value), null, 1)).split("\n");

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

/** The limit of a comparison, whose time may grow with the product of both lengths. */
const MAX_COMPARISONS = 4_000_000;

function compare(old: readonly string[], next: readonly string[]): Line[] {
  const blocks = old.length * next.length > MAX_COMPARISONS ? sameEnds(old, next) : matchingBlocks(old, next);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (const block of [...blocks, { old: old.length, next: next.length, length: 0 }]) {
    for (; i < block.old; i++) lines.push({ mark: "-", text: old[i] ?? "" });
    for (; j < block.next; j++) lines.push({ mark: "+", text: next[j] ?? "" });
    for (; i < block.old + block.length; i++, j++) lines.push({ mark: " ", text: old[i] ?? "" });
  }
  return lines;
}

/** Only the equal beginnings and ends. */
function sameEnds(old: readonly string[], next: readonly string[]): Block[] {
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < next.length - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  return [
    { old: 0, next: 0, length: head },
    { old: old.length - tail, next: next.length - tail, length: tail },
  ];
}
