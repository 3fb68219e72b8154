/**
 * Pods that wait for a node. Those with a chance are ready, by priority and then age. Refused pods wait for a change
 * that one of the refusing plugins considers helpful, and those whose writes failed wait for some time. A change that
 * arrives during a pod's back-off counts at once if nothing else is ready, as in kube-scheduler.
 */
import type { Cluster } from "../cluster/cluster.ts";
import type { ClusterChange } from "../cluster/cluster-change.ts";
import { changesTaints } from "../cluster/node-change.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { PriorityLine } from "./priority-line.ts";

const FIRST_BACK_OFF_MS = 1000;
const MAX_BACK_OFF_MS = 10_000;
/** How long a refused pod waits at most, in case a hint was missed. */
const MAX_WAIT_MS = 300_000;

interface Waiting {
  readonly pod: PendingPod;
  readonly attempts: number;
  readonly refusedBy: ReadonlySet<string>;
  readonly since: number;
  /** Not before this time (ms); nothing else helps. */
  readonly until?: number;
  /** At this time (ms) at the latest. */
  readonly due?: number;
}

/** The pods in each of kube-scheduler's queues. */
export interface QueueCounts {
  readonly active: number;
  readonly backoff: number;
  readonly unschedulable: number;
  readonly gated: number;
  /** The unschedulable ones, by each plugin that refused them. */
  readonly byPlugin: ReadonlyMap<string, number>;
}

/** How many attempts it takes to place a pod, and when it entered the queue (ms). */
export interface QueueHistory {
  readonly attempts: number;
  readonly since: number;
}

/** What is remembered of a pod until it is bound or gone. */
interface History {
  /** When it entered the queue (ms). */
  readonly since: number;
  failedAttempts: number;
}

export class SchedulingQueue {
  readonly #plugins: ReadonlyMap<string, Plugin>;
  readonly #ready = new PriorityLine();
  readonly #backingOff = new PriorityLine();
  readonly #refused = new Map<string, Waiting>();
  readonly #gated = new Set<string>();
  /** Pods that count as placed while the API is asked to bind them, as they are by now. */
  readonly #binding = new Map<string, PendingPod>();
  readonly #histories = new Map<string, History>();
  /** Pods whose victims are being deleted, and whether something has happened since that may help them. */
  readonly #preempting = new Map<string, "waits" | "helped">();

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  }

  hasReady(): boolean {
    return !this.#ready.isEmpty || !this.#backingOff.isEmpty;
  }

  /** Whether no pod is waiting for anything. */
  get isEmpty(): boolean {
    return this.#refused.size === 0 && this.#binding.size === 0 && !this.hasReady();
  }

  /** Adds or updates a pod; one that was refused is reconsidered. Gated pods wait for their next update. */
  put(pod: PendingPod, now: number): void {
    if (this.isBinding(pod.key)) {
      this.#binding.set(pod.key, pod);
      return;
    }
    const known = this.#refused.get(pod.key);
    this.drop(pod.key, "keep attempts");
    if (pod.pod.spec.schedulingGates?.length) {
      this.#gated.add(pod.key);
      return;
    }
    if (!this.#histories.has(pod.key)) this.#histories.set(pod.key, { since: now, failedAttempts: 0 });
    if (known && !changesChances(known.pod, pod)) this.#refused.set(pod.key, { ...known, pod });
    else this.#ready.add(pod);
  }

  drop(key: string, memory: "keep attempts" | "forget" = "forget"): void {
    this.#refused.delete(key);
    this.#backingOff.drop(key);
    this.#ready.drop(key);
    this.#gated.delete(key);
    this.#binding.delete(key);
    if (memory === "keep attempts") return;
    this.#preempting.delete(key);
    this.#histories.delete(key);
  }

  /** The pod was bound. */
  settle(key: string): QueueHistory | undefined {
    const history = this.history(key);
    this.drop(key);
    return history;
  }

  history(key: string): QueueHistory | undefined {
    const history = this.#histories.get(key);
    return history && { attempts: history.failedAttempts + 1, since: history.since };
  }

  /** The next pod to place. */
  take(): PendingPod | undefined {
    return this.#ready.take() ?? this.#backingOff.take();
  }

  /** The API is being asked to bind the pod. Until it answers, changes of the pod are only noted. */
  bind(pod: PendingPod): void {
    this.#binding.set(pod.key, pod);
  }

  isBinding(key: string): boolean {
    return this.#binding.has(key);
  }

  /** The pod was not bound. Returns it as it is by now; undefined if it is gone, or was bound after all. */
  takeBack({ key, uid }: PendingPod): PendingPod | undefined {
    const pod = this.#binding.get(key);
    this.#binding.delete(key);
    return pod?.uid === uid ? pod : undefined;
  }

  /** No node fits: wait for a change that may help. */
  refuse(pod: PendingPod, refusedBy: ReadonlySet<string>, now: number): void {
    const attempts = this.#countFailure(pod, now);
    this.#refused.set(pod.key, { pod, attempts, refusedBy, since: now });
  }

  /**
   * The pod cannot be placed yet: wait for a change that may help, or until this time (ms). Does not count as a failed
   * attempt.
   */
  hold(
    pod: PendingPod,
    heldBy: ReadonlySet<string>,
    { now, due }: { readonly now: number; readonly due?: number },
  ): void {
    this.#refused.set(pod.key, { pod, attempts: 0, refusedBy: heldBy, since: now, ...(due !== undefined && { due }) });
  }

  /** The failure had nothing to do with the pod. */
  postpone(pod: PendingPod, now: number): void {
    const attempts = this.#countFailure(pod, now);
    // What was undone may have made it ready.
    this.#ready.drop(pod.key);
    this.#backingOff.drop(pod.key);
    const until = now + backOffOf(attempts);
    this.#refused.set(pod.key, { pod, attempts, refusedBy: new Set(), since: now, until });
  }

  /** Makes ready the pods that the change may help. */
  react(change: ClusterChange, cluster: Cluster, now: number): void {
    for (const [key, waiting] of this.#refused) {
      if (waiting.until !== undefined || !this.#isHelped(waiting, change, cluster)) continue;
      if (this.#preempting.has(key)) this.#preempting.set(key, "helped");
      else this.#return(waiting, now);
    }
  }

  #return({ pod, since, attempts }: Waiting, now: number): void {
    this.#refused.delete(pod.key);
    const backsOff = now < since + backOffOf(attempts);
    (backsOff ? this.#backingOff : this.#ready).add(pod);
  }

  /** Victims are being deleted to make room for the refused pod, which is not tried again before that has ended. */
  preempt({ key }: PendingPod): void {
    this.#preempting.set(key, "waits");
  }

  /** If not all victims could be deleted, the pod is tried again after its back-off. */
  endPreemption({ key }: PendingPod, { failed, now }: { readonly failed: boolean; readonly now: number }): void {
    const waiting = this.#refused.get(key);
    const isHelped = this.#preempting.get(key) === "helped";
    this.#preempting.delete(key);
    if (!waiting) return;
    if (failed) this.#refused.set(key, { ...waiting, until: waiting.since + backOffOf(waiting.attempts) });
    else if (isHelped) this.#return(waiting, now);
  }

  /** Makes ready what has waited long enough. */
  wake(now: number): void {
    for (const [key, waiting] of this.#refused) {
      const due = Math.min(waiting.due ?? Number.POSITIVE_INFINITY, waiting.since + MAX_WAIT_MS);
      if (now < (waiting.until ?? due) || this.#preempting.has(key)) continue;
      this.#refused.delete(key);
      this.#ready.add(waiting.pod);
    }
  }

  /** When the next pod that is waiting for a time is due (ms). */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const { until, due } of this.#refused.values()) {
      const at = until ?? due;
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  #isHelped({ refusedBy, pod }: Waiting, change: ClusterChange, cluster: Cluster): boolean {
    // There was no node at all, so any node is news.
    if (refusedBy.size === 0) return change.kind === "node";
    const retainted = change.kind === "node" && changesTaints(change);
    for (const name of refusedBy) {
      const plugin = this.#plugins.get(name);
      if (plugin && ((retainted && !plugin.judgesTaints) || plugin.helps(change, pod, cluster))) return true;
    }
    return false;
  }

  counts(): QueueCounts {
    const byPlugin = new Map<string, number>();
    let backoff = this.#backingOff.size;
    for (const { until, refusedBy } of this.#refused.values()) {
      if (until !== undefined) backoff++;
      for (const plugin of refusedBy) byPlugin.set(plugin, (byPlugin.get(plugin) ?? 0) + 1);
    }
    const unschedulable = this.#refused.size + this.#backingOff.size - backoff;
    return { active: this.#ready.size, backoff, unschedulable, gated: this.#gated.size, byPlugin };
  }

  #countFailure({ key }: PendingPod, now: number): number {
    const history = this.#histories.get(key) ?? { since: now, failedAttempts: 0 };
    history.failedAttempts++;
    this.#histories.set(key, history);
    return history.failedAttempts;
  }
}

const backOffOf = (attempts: number) =>
  attempts === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (attempts - 1), MAX_BACK_OFF_MS);

/**
 * Whether the pod itself changed in a way that affects where it may go; in its status, only the claims created for it
 * count.
 */
function changesChances({ pod: before }: PendingPod, { pod: after }: PendingPod): boolean {
  const requested = ({ spec, metadata, status }: PendingPod["pod"]) =>
    JSON.stringify([spec, metadata.labels, metadata.deletionTimestamp, status.resourceClaimStatuses]);
  return requested(before) !== requested(after);
}
