/** Metrics of the scheduler, under kube-scheduler's names (pkg/scheduler/metrics). */
import { counter, type Family, gauge, histogram } from "../../api/metrics/exposition.ts";
import { exponentialBounds, Histogram } from "../../api/metrics/histogram.ts";
import type { QueueCounts } from "../../worker/scheduler/queue/queue.ts";
import { SCHEDULER_NAME } from "../../worker/scheduler/state.ts";

/** Seconds. */
const ATTEMPT_BOUNDS = exponentialBounds(0.001, 2, 15);
const POD_BOUNDS = exponentialBounds(0.01, 2, 20);
const ATTEMPTS = exponentialBounds(1, 2, 5);
const VICTIMS = exponentialBounds(1, 2, 7);
/** A larger number of attempts has this label. */
const MANY_ATTEMPTS = 15;

export type AttemptResult = "scheduled" | "unschedulable" | "error";

export class SchedulingMetrics {
  readonly #attempts = new Map<AttemptResult, Histogram>();
  readonly #attemptsOfPods = new Histogram(ATTEMPTS);
  /** Keyed by the number of attempts. */
  readonly #podSeconds = new Map<number, Histogram>();
  readonly #victims = new Histogram(VICTIMS);
  #preemptions = 0;

  attempted(result: AttemptResult, milliseconds: number): void {
    observe(this.#attempts, result, milliseconds / 1000, ATTEMPT_BOUNDS);
  }

  /** A pod was bound, so many ms after it entered the queue. */
  bound(attempts: number, milliseconds: number): void {
    this.#attemptsOfPods.observe(attempts);
    observe(this.#podSeconds, Math.min(attempts, MANY_ATTEMPTS + 1), milliseconds / 1000, POD_BOUNDS);
  }

  /** Room was looked for; `victims` are the pods that have to leave, if it was found. */
  preempted(victims: number | undefined): void {
    this.#preemptions++;
    if (victims !== undefined) this.#victims.observe(victims);
  }

  families({ active, backoff, unschedulable, gated, byPlugin }: QueueCounts): Family[] {
    const profile = SCHEDULER_NAME;
    return [
      counter(
        "scheduler_schedule_attempts_total",
        "Attempts to place a pod, by their result.",
        [...this.#attempts].map(([result, { counts }]) => [{ profile, result }, counts.at(-1) ?? 0]),
      ),
      histogram(
        "scheduler_scheduling_attempt_duration_seconds",
        "How long attempts took, including the commit that binds the pod.",
        [...this.#attempts].map(([result, seconds]) => [{ profile, result }, seconds]),
      ),
      histogram("scheduler_pod_scheduling_attempts", "How many attempts it took to place a pod.", [
        [{}, this.#attemptsOfPods],
      ]),
      histogram(
        "scheduler_pod_scheduling_sli_duration_seconds",
        "How long pods were in the queue until they were bound, by their number of attempts.",
        [...this.#podSeconds].map(([attempts, seconds]) => [
          { attempts: attempts > MANY_ATTEMPTS ? `${MANY_ATTEMPTS}+` : String(attempts) },
          seconds,
        ]),
      ),
      gauge("scheduler_pending_pods", "Pods that have no node yet, by the queue that they are in.", [
        [{ queue: "active" }, active],
        [{ queue: "backoff" }, backoff],
        [{ queue: "gated" }, gated],
        [{ queue: "unschedulable" }, unschedulable],
      ]),
      gauge(
        "scheduler_unschedulable_pods",
        "Pods that no node fits, for each of the plugins that refused them.",
        [...byPlugin].map(([plugin, pods]) => [{ plugin, profile }, pods]),
      ),
      counter("scheduler_preemption_attempts_total", "How often room was looked for by preemption.", [
        [{}, this.#preemptions],
      ]),
      histogram("scheduler_preemption_victims", "How many pods had to leave for another one.", [[{}, this.#victims]]),
    ];
  }
}

function observe<K>(by: Map<K, Histogram>, key: K, value: number, bounds: readonly number[]): void {
  const known = by.get(key);
  const of = known ?? new Histogram(bounds);
  if (!known) by.set(key, of);
  of.observe(value);
}
