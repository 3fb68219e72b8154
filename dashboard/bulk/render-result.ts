import type { BulkResult } from "./run-all.ts";

/** `37 deleted, 1 being deleted, 2 failed, 1 left alone`. */
export function renderResult({ done, failed, left }: BulkResult<unknown>, wordOf: (answer: unknown) => string): string {
  const words = done.length === 0 ? [wordOf(undefined)] : [...new Set(done.map(({ answer }) => wordOf(answer)))];
  return [
    ...words.map((word) => `${done.filter(({ answer }) => wordOf(answer) === word).length} ${word}`),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(left.length > 0 ? [`${left.length} left alone`] : []),
  ].join(", ");
}
