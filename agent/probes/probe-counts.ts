/** How often the probes of this node's containers had which result. */
import type { ProbeKind } from "../pod/local.ts";
import type { PodIdentity } from "../runtime/sandbox.ts";

export type ProbeWord = "successful" | "failed" | "unknown";

export interface ProbeCount {
  readonly pod: PodIdentity;
  readonly container: string;
  readonly kind: ProbeKind;
  readonly result: ProbeWord;
  readonly count: number;
}

export class ProbeCounts {
  /** By the pod's uid, and then by what is counted. */
  readonly #pods = new Map<string, Map<string, ProbeCount>>();

  count(counted: Omit<ProbeCount, "count">): void {
    const { pod, container, kind, result } = counted;
    const ofPod = this.#pods.get(pod.uid) ?? new Map<string, ProbeCount>();
    this.#pods.set(pod.uid, ofPod);
    const key = `${container} ${kind} ${result}`;
    ofPod.set(key, { ...counted, count: (ofPod.get(key)?.count ?? 0) + 1 });
  }

  /** The pod has ended. */
  forget(uid: string): void {
    this.#pods.delete(uid);
  }

  get all(): readonly ProbeCount[] {
    return [...this.#pods.values()].flatMap((ofPod) => [...ofPod.values()]);
  }
}
