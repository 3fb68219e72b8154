/** How often the probes of this node's containers had which result, and how long they took. */
import { Histogram } from "../../api/metrics/histogram.ts";
import type { PodIdentity } from "../runtime/sandbox.ts";
import type { ProbeKind } from "./probe-outcome.ts";

export type ProbeWord = "successful" | "failed" | "unknown";

interface Probed {
  readonly pod: PodIdentity;
  readonly container: string;
  readonly kind: ProbeKind;
}

export interface ProbeCount extends Probed {
  readonly result: ProbeWord;
  readonly count: number;
}

export interface ProbeDuration extends Probed {
  /** Only of probes that did not fail, as in a kubelet. */
  readonly seconds: Histogram;
}

interface OfPod {
  readonly counts: Map<string, ProbeCount>;
  readonly durations: Map<string, ProbeDuration>;
}

export class ProbeCounts {
  /** By the pod's uid, and then by what is counted. */
  readonly #pods = new Map<string, OfPod>();

  count({ result, seconds, ...probed }: Omit<ProbeCount, "count"> & { readonly seconds: number }): void {
    const { pod, container, kind } = probed;
    const { counts, durations } = this.#pods.get(pod.uid) ?? { counts: new Map(), durations: new Map() };
    this.#pods.set(pod.uid, { counts, durations });
    const key = `${container} ${kind}`;
    const byResult = `${key} ${result}`;
    counts.set(byResult, { ...probed, result, count: (counts.get(byResult)?.count ?? 0) + 1 });
    if (result === "failed") return;
    const { seconds: histogram } = durations.get(key) ?? { seconds: new Histogram() };
    histogram.observe(seconds);
    durations.set(key, { ...probed, seconds: histogram });
  }

  /** The pod has ended. */
  delete(uid: string): void {
    this.#pods.delete(uid);
  }

  get all(): readonly ProbeCount[] {
    return [...this.#pods.values()].flatMap(({ counts }) => [...counts.values()]);
  }

  get durations(): readonly ProbeDuration[] {
    return [...this.#pods.values()].flatMap(({ durations }) => [...durations.values()]);
  }
}
