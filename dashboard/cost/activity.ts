import type { Activity } from "../../api/bill.ts";
import type { Moment } from "../../api/moment.ts";

export interface Counted {
  /** Prometheus' text format. */
  readonly metrics: string;
  readonly moments: readonly Moment[];
  readonly nodes: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
/** A cluster's first minutes are not representative. */
const LEAST_MS = 5 * 60_000;

/** Extrapolates counts to a whole day; undefined if counting has just begun. */
export function activityOf({ metrics, moments, nodes, now }: Counted): Activity | undefined {
  const [first] = moments;
  const last = moments.at(-1);
  if (!first || !last || now - first.at < LEAST_MS) return undefined;
  const requested = [...metrics.matchAll(/^apiserver_request_total\{[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
  const started = Number(/^process_start_time_seconds (\d+)$/m.exec(metrics)?.[1] ?? now / 1000) * 1000;
  return {
    nodes,
    writes: perDay(last.revision - first.revision, now - first.at),
    requests: perDay(requested, now - started),
  };
}

const perDay = (count: number, duration: number) => Math.round((count * DAY_MS) / Math.max(duration, LEAST_MS));
