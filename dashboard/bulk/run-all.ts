/** Runs an action on several objects: a failure stops none of the others, and is kept with its object. */
import type { Outcome } from "../../client/api-client.ts";
import { statusText } from "../api/status-text.ts";

export interface Failure<T> {
  readonly item: T;
  readonly problem: string;
}

export interface Done<T> {
  readonly item: T;
  readonly answer: unknown;
}

export interface BulkResult<T> {
  readonly done: readonly Done<T>[];
  readonly failed: readonly Failure<T>[];
  /** Not begun, because it was stopped before. */
  readonly left: readonly T[];
}

interface RunAllOptions<T> {
  readonly run: (item: T) => Promise<Outcome<unknown>>;
  readonly atOnce: number;
  readonly stop: AbortSignal;
  /** Called after each item, with how many are finished. */
  readonly onProgress: (finished: number) => void;
}

export async function runAll<T>(
  items: readonly T[],
  { run, atOnce, stop, onProgress }: RunAllOptions<T>,
): Promise<BulkResult<T>> {
  const left = [...items];
  const done: Done<T>[] = [];
  const failed: Failure<T>[] = [];
  const work = async () => {
    while (!stop.aborted) {
      const item = left.shift();
      if (item === undefined) return;
      const ended = await endOf(run, item);
      if ("problem" in ended) failed.push({ item, ...ended });
      else done.push({ item, ...ended });
      onProgress(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, failed, left };
}

async function endOf<T>(
  run: RunAllOptions<T>["run"],
  item: T,
): Promise<{ readonly answer: unknown } | { readonly problem: string }> {
  try {
    const outcome = await run(item);
    return outcome.ok ? { answer: outcome.object } : { problem: statusText(outcome.status) };
  } catch {
    return { problem: "The cluster does not answer: it may have been done or not." };
  }
}
