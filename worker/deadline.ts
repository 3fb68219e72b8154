import { parseDuration } from "../api/machinery/time/duration.ts";

/** How often a waiting request checks for what it waits for (ms). */
const LOOK_MS = 1000;

/**
 * When a request must have been answered. The timer also shows the platform that work is under way while the request
 * waits for a call that another one makes (docs/decisions/0010).
 */
export class Deadline {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #looks = new Set<() => void>();
  /** Never rejects; stays pending if {@link cancel} is called in time. */
  readonly passed: Promise<void>;

  constructor(milliseconds: number) {
    const at = Date.now() + milliseconds;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.passed = promise;
    this.#timer = setInterval(
      () => {
        if (Date.now() < at) {
          for (const look of this.#looks) look();
          return;
        }
        this.cancel();
        resolve();
      },
      Math.min(milliseconds, LOOK_MS),
    );
  }

  cancel(): void {
    clearInterval(this.#timer);
  }

  /** Calls `look` every second until the returned function is called. */
  eachSecond(look: () => void): () => void {
    this.#looks.add(look);
    return () => void this.#looks.delete(look);
  }

  /** A deadline that lasts as long as `work` runs. */
  static async during<T>(milliseconds: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(milliseconds);
    try {
      return await work(deadline);
    } finally {
      deadline.cancel();
    }
  }
}

/** The time limit of kube-apiserver for requests that are neither watches nor streams. */
export const REQUEST_MS = 60_000;

/** The request's `timeout` in milliseconds, capped at (and defaulting to) the general limit. */
export function requestTime(query: URLSearchParams): number {
  const requested = parseDuration(query.get("timeout") ?? "") ?? 0;
  return requested > 0 ? Math.min(requested, REQUEST_MS) : REQUEST_MS;
}
