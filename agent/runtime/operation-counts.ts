/** How often each operation of the container runtime was called, how often it failed, and how long it took. */
import { exponentialBounds, Histogram } from "../../api/metrics/histogram.ts";

export interface OperationCount {
  /** The kubelet's name for it, as in `run_podsandbox`. */
  readonly operation: string;
  readonly count: number;
  readonly errors: number;
  readonly seconds: Histogram;
}

/** The kubelet's bounds, from 5 ms to 12 min. */
const BOUNDS = exponentialBounds(0.005, 2.5, 14);

/** Of a method of the CRI. */
const operationOf = (method: string): string =>
  method === "UpdateContainerResources"
    ? "update_container"
    : method
        .replace("PodSandbox", "Podsandbox")
        .replaceAll(/(?<=[a-z])[A-Z]/g, "_$&")
        .toLowerCase();

export class OperationCounts {
  readonly #counts = new Map<string, OperationCount>();

  count(method: string, { seconds, failed }: { readonly seconds: number; readonly failed: boolean }): void {
    const before = this.#counts.get(method);
    const histogram = before?.seconds ?? new Histogram(BOUNDS);
    histogram.observe(seconds);
    this.#counts.set(method, {
      operation: operationOf(method),
      count: (before?.count ?? 0) + 1,
      errors: (before?.errors ?? 0) + (failed ? 1 : 0),
      seconds: histogram,
    });
  }

  get all(): readonly OperationCount[] {
    return [...this.#counts.values()];
  }
}
