/**
 * Carries out the plans that a policy or a webhook may want to be asked about, by kube-scheduler's requests. No batch
 * waits for them. Until the API has answered, a pod counts as placed.
 */
import type { PendingPod } from "../../worker/scheduler/cluster/pod-facts.ts";
import type { QueueHistory } from "../../worker/scheduler/queue/queue.ts";
import type { SchedulerRequest } from "../../worker/scheduler/requests/scheduler-request.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import type { BackgroundWork } from "./background-work.ts";
import type { BatchPlanner } from "./batch-planner.ts";
import type { Planned } from "./planned.ts";
import { RequestLine, type RequestLineOptions } from "./request-line.ts";

export interface AskedPlansOptions extends RequestLineOptions {
  readonly planner: BatchPlanner;
  readonly now: () => number;
  readonly background: BackgroundWork;
  /** Writes why a pod was not bound. */
  readonly commit: (planned: Planned) => Promise<void>;
  /** A pod was bound, by an attempt that began then (ms). */
  readonly bound: (history: QueueHistory | undefined, since: number | undefined) => void;
}

export class AskedPlans {
  readonly #options: AskedPlansOptions;
  readonly #line: RequestLine;

  constructor(options: AskedPlansOptions) {
    this.#options = options;
    this.#line = new RequestLine(options);
  }

  carryOut(planned: Planned, state: SchedulerState): void {
    const { pod, placedOn, since } = planned;
    const { planner, now, background, commit, bound } = this.#options;
    const { queue, cluster } = state;
    if (placedOn !== undefined) queue.bind(pod);
    const history = queue.history(pod.key);
    background.start(`requests for ${pod.key}`, async () => {
      const failure = await this.#line.carryOut(planned.requests()).catch((error: unknown) => {
        const left = this.#withdraw(planned, state);
        if (left) queue.postpone(left, now());
        throw error;
      });
      if (failure !== undefined) {
        planner.metrics.attempted("error", now() - (since ?? now()));
        const left = this.#withdraw(planned, state);
        if (left) await commit(planner.postpone(left, failure, state));
      } else if (placedOn !== undefined) {
        const placed = cluster.assigned(pod.key);
        queue.drop(pod.key);
        bound(history, since);
        if (placed) queue.react({ kind: "assigned-pod", pod: placed }, cluster, now());
      }
    });
  }

  /** Makes requests whose failure is of no consequence. */
  send(requests: readonly SchedulerRequest[]): void {
    this.#options.background.start("events", async () => void (await this.#line.carryOut(requests)));
  }

  /** Takes the plan back. Returns the pod as it is by now; undefined if it is gone, or somebody else bound it. */
  #withdraw(planned: Planned, state: SchedulerState): PendingPod | undefined {
    const { placedOn, isExpected, ...rest } = planned;
    const pod = isExpected ? state.cluster.expected(planned.pod.key)?.pod : state.queue.takeBack(planned.pod);
    this.#options.planner.rollBack(pod ? planned : rest, state);
    return pod;
  }
}
