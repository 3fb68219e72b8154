/**
 * Metrics of work queues, under the names that client-go's have (k8s.io/component-base/metrics/prometheus/workqueue).
 * Queues of the same name are measured together: a controller may consist of several loops.
 */
import { counter, type Family, gauge, histogram } from "../../api/metrics/exposition.ts";
import { Histogram } from "../../api/metrics/histogram.ts";

/** Seconds. client-go's bounds, without those below the clock's millisecond. */
const BOUNDS = [0.001, 0.01, 0.1, 1, 10];

interface Totals {
  readonly name: string;
  adds: number;
  retries: number;
  readonly waited: Histogram;
  readonly worked: Histogram;
}

/** A queue as it is now. Times in ms. */
export interface QueueState {
  readonly depth: number;
  /** How long each of the items under way has been worked on. */
  readonly underWay: readonly number[];
}

export class QueueMetrics {
  /** By the queue's position. */
  readonly #totals: readonly Totals[];

  constructor(names: readonly string[]) {
    const byName = new Map(names.map((name) => [name, emptyTotals(name)]));
    this.#totals = names.map((name) => byName.get(name) ?? emptyTotals(name));
  }

  added(queue: number): void {
    const totals = this.#totals[queue];
    if (totals) totals.adds++;
  }

  retried(queue: number): void {
    const totals = this.#totals[queue];
    if (totals) totals.retries++;
  }

  /** Work on an item begins, after it has waited for so many ms. */
  taken(queue: number, waited: number): void {
    this.#totals[queue]?.waited.observe(waited / 1000);
  }

  /** Work on an item ends, after so many ms. */
  settled(queue: number, worked: number): void {
    this.#totals[queue]?.worked.observe(worked / 1000);
  }

  families(states: readonly QueueState[]): Family[] {
    const together = new Map<Totals, QueueState>();
    for (const [queue, totals] of this.#totals.entries()) {
      const { depth = 0, underWay = [] } = states[queue] ?? {};
      const other = together.get(totals) ?? { depth: 0, underWay: [] };
      together.set(totals, { depth: other.depth + depth, underWay: [...other.underWay, ...underWay] });
    }
    const each = <T>(value: (totals: Totals, state: QueueState) => T) =>
      [...together].map(([totals, state]) => [{ name: totals.name }, value(totals, state)] as const);
    return [
      counter(
        "workqueue_adds_total",
        "Items that were added to the queue.",
        each(({ adds }) => adds),
      ),
      gauge(
        "workqueue_depth",
        "Items that wait in the queue.",
        each((_, { depth }) => depth),
      ),
      counter(
        "workqueue_retries_total",
        "Items that were added again after a failure.",
        each(({ retries }) => retries),
      ),
      histogram(
        "workqueue_queue_duration_seconds",
        "How long items waited in the queue.",
        each(({ waited }) => waited),
      ),
      histogram(
        "workqueue_work_duration_seconds",
        "How long work on an item took, until the log was read again.",
        each(({ worked }) => worked),
      ),
      gauge(
        "workqueue_unfinished_work_seconds",
        "How long work on items under way has taken so far, in all.",
        each((_, { underWay }) => underWay.reduce((sum, ms) => sum + ms, 0) / 1000),
      ),
      gauge(
        "workqueue_longest_running_processor_seconds",
        "How long work on the oldest of the items under way has taken so far.",
        each((_, { underWay }) => Math.max(0, ...underWay) / 1000),
      ),
    ];
  }
}

const emptyTotals = (name: string): Totals => ({
  name,
  adds: 0,
  retries: 0,
  waited: new Histogram(BOUNDS),
  worked: new Histogram(BOUNDS),
});
