/**
 * Pods that wait for a node. Those that may have a chance are ready, by priority and then by age; those that were refused
 * wait for a change that one of the plugins which refused them thinks of as helpful, and what failed to be written, for
 * its time. A change that comes while a pod backs off counts at once where nothing else is ready, as in kube-scheduler.
 */
import type { Cluster } from "../cluster/cluster.ts";
import type { ClusterChange } from "../cluster/cluster-change.ts";
import { changesTaints } from "../cluster/node-change.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { PriorityLine } from "./priority-line.ts";

const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 10_000;
/** How long a refused pod waits at most, in case that a hint was missed. */
const LONGEST_WAIT_MS = 300_000;

interface Waiting {
  readonly pod: PendingPod;
  readonly attempts: number;
  readonly refusedBy: ReadonlySet<string>;
  readonly since: number;
  /** Not before (ms); nothing but time helps. */
  readonly until?: number;
  /** Then at the latest (ms). */
  readonly due?: number;
}

export class SchedulingQueue {
  readonly #plugins: ReadonlyMap<string, Plugin>;
  readonly #ready = new PriorityLine();
  readonly #backingOff = new PriorityLine();
  readonly #refused = new Map<string, Waiting>();
  readonly #attempts = new Map<string, number>();

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  }

  hasReady(): boolean {
    return !this.#ready.isEmpty || !this.#backingOff.isEmpty;
  }

  /** Nobody waits, for whatever. */
  get isEmpty(): boolean {
    return this.#refused.size === 0 && !this.hasReady();
  }

  /** A pod as it is now; it is looked at again if it was refused before. Gated pods wait for their next update. */
  put(pod: PendingPod): void {
    const known = this.#refused.get(pod.key);
    this.drop(pod.key, "keep attempts");
    if (pod.pod.spec.schedulingGates?.length) return;
    if (known && !changesChances(known.pod, pod)) this.#refused.set(pod.key, { ...known, pod });
    else this.#ready.add(pod);
  }

  drop(key: string, memory: "keep attempts" | "forget" = "forget"): void {
    this.#refused.delete(key);
    this.#backingOff.drop(key);
    this.#ready.drop(key);
    if (memory === "forget") this.#attempts.delete(key);
  }

  /** The next pod to place. */
  take(): PendingPod | undefined {
    return this.#ready.take() ?? this.#backingOff.take();
  }

  /** No node will do: wait for what may help. */
  refuse(pod: PendingPod, refusedBy: ReadonlySet<string>, now: number): void {
    const attempts = this.#countAttempt(pod);
    this.#refused.set(pod.key, { pod, attempts, refusedBy, since: now });
  }

  /** It is not (yet) for the pod to be placed: wait for what may help, or until that is overdue (ms). No attempt has failed. */
  hold(
    pod: PendingPod,
    heldBy: ReadonlySet<string>,
    { now, due }: { readonly now: number; readonly due?: number },
  ): void {
    this.#refused.set(pod.key, { pod, attempts: 0, refusedBy: heldBy, since: now, ...(due !== undefined && { due }) });
  }

  /** Something failed that has nothing to do with the pod. */
  postpone(pod: PendingPod, now: number): void {
    const attempts = this.#countAttempt(pod);
    const until = now + backOffOf(attempts);
    this.#refused.set(pod.key, { pod, attempts, refusedBy: new Set(), since: now, until });
  }

  /** Makes ready whom the change may help. */
  react(change: ClusterChange, cluster: Cluster, now: number): void {
    for (const [key, waiting] of this.#refused) {
      if (waiting.until !== undefined || !this.#isHelped(waiting, change, cluster)) continue;
      this.#refused.delete(key);
      const backsOff = now < waiting.since + backOffOf(waiting.attempts);
      (backsOff ? this.#backingOff : this.#ready).add(waiting.pod);
    }
  }

  /** Makes ready what has waited long enough. */
  wake(now: number): void {
    for (const [key, waiting] of this.#refused) {
      const due = Math.min(waiting.due ?? Number.POSITIVE_INFINITY, waiting.since + LONGEST_WAIT_MS);
      if (now < (waiting.until ?? due)) continue;
      this.#refused.delete(key);
      this.#ready.add(waiting.pod);
    }
  }

  /** When the next pod is due that time helps (ms). */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const { until, due } of this.#refused.values()) {
      const at = until ?? due;
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  #isHelped({ refusedBy, pod }: Waiting, change: ClusterChange, cluster: Cluster): boolean {
    // Where there was no node at all, any node is news.
    if (refusedBy.size === 0) return change.kind === "node";
    const retainted = change.kind === "node" && changesTaints(change);
    for (const name of refusedBy) {
      const plugin = this.#plugins.get(name);
      if (plugin && ((retainted && !plugin.judgesTaints) || plugin.helps(change, pod, cluster))) return true;
    }
    return false;
  }

  #countAttempt(pod: PendingPod): number {
    const count = (this.#attempts.get(pod.key) ?? 0) + 1;
    this.#attempts.set(pod.key, count);
    return count;
  }
}

const backOffOf = (attempts: number) =>
  attempts === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (attempts - 1), LONGEST_BACK_OFF_MS);

/** Whether the pod itself changed in what decides where it may go; of its status only what claims were made for it. */
function changesChances({ pod: before }: PendingPod, { pod: after }: PendingPod): boolean {
  const asked = ({ spec, metadata, status }: PendingPod["pod"]) =>
    JSON.stringify([spec, metadata.labels, metadata.deletionTimestamp, status.resourceClaimStatuses]);
  return asked(before) !== asked(after);
}
