import type { BulkResult } from "./run-all.ts";

/** `37 deleted, 2 failed, 1 left alone`. */
export const renderResult = ({ done, failed, left }: BulkResult<unknown>, word: string): string =>
  [
    `${done.length} ${word}`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(left.length > 0 ? [`${left.length} left alone`] : []),
  ].join(", ");
