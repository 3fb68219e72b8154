/** Sets of an indexed job's indexes as text: `1,3-5,7`. */
import { goQuote } from "../../machinery/field-error.ts";

interface Interval {
  readonly first: number;
  readonly last: number;
}

/** The number of indexes in the text, all of them below `completions`; else the error. */
export function countIndexes(text: string, completions: number): number | { readonly problem: string } {
  if (text === "") return 0;
  let total = 0;
  let previous = -1;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if ("problem" in interval) return interval;
    if (total > 0 && previous >= interval.first)
      return { problem: `non-increasing order, previous: ${previous}, current: ${interval.first}` };
    total += interval.last - interval.first + 1;
    previous = interval.last;
  }
  return total;
}

/** The first index that both contain; parts that do not parse are skipped. */
export function commonIndex(left: string, right: string, completions: number): number | undefined {
  const intervals = (text: string) =>
    text
      .split(",")
      .map((part) => parseInterval(part, completions))
      .filter((interval) => "first" in interval);
  const others = intervals(right);
  for (const { first, last } of intervals(left))
    for (const other of others) if (first <= other.last && other.first <= last) return Math.max(first, other.first);
  return undefined;
}

function parseInterval(text: string, completions: number): Interval | { readonly problem: string } {
  const limits = text.split("-");
  if (limits.length > 2)
    return {
      problem: `the fragment ${goQuote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    };
  const [first = "", last = first] = limits;
  for (const limit of limits) {
    if (!/^\+?\d+$/.test(limit)) return { problem: `cannot convert string to integer for index: ${goQuote(limit)}` };
    if (Number(limit) >= completions) return { problem: `too large index: ${goQuote(limit)}` };
  }
  if (limits.length > 1 && Number(first) >= Number(last))
    return { problem: `non-increasing order, previous: ${Number(first)}, current: ${Number(last)}` };
  return { first: Number(first), last: Number(last) };
}
