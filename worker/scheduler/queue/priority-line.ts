/** Pods ordered by priority, then by arrival: kube-scheduler's PrioritySort. */
import type { PendingPod } from "../cluster/pod-facts.ts";

export class PriorityLine {
  readonly #byPriority = new Map<number, Map<string, PendingPod>>();
  /** Largest first. */
  #priorities: readonly number[] = [];

  get isEmpty(): boolean {
    return this.#priorities.length === 0;
  }

  get size(): number {
    let size = 0;
    for (const pods of this.#byPriority.values()) size += pods.size;
    return size;
  }

  add(pod: PendingPod): void {
    let pods = this.#byPriority.get(pod.priority);
    if (!pods) {
      pods = new Map();
      this.#byPriority.set(pod.priority, pods);
      this.#sort();
    }
    pods.set(pod.key, pod);
  }

  /** Removes and returns the first. */
  take(): PendingPod | undefined {
    const pods = this.#byPriority.get(this.#priorities[0] ?? Number.NaN);
    const pod = pods?.values().next().value;
    if (pod) this.drop(pod.key);
    return pod;
  }

  drop(key: string): void {
    for (const [priority, pods] of this.#byPriority) {
      if (!pods.delete(key) || pods.size > 0) continue;
      this.#byPriority.delete(priority);
      this.#sort();
    }
  }

  #sort(): void {
    this.#priorities = [...this.#byPriority.keys()].sort((a, b) => b - a);
  }
}
