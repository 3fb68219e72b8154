import { parseDuration } from "../api/machinery/time/duration.ts";

/** How often whoever waits looks after what he waits for (ms). */
const LOOK_MS = 1000;

/**
 * When a request is to be answered. Its timer is also what the platform sees under way while the request waits for what another
 * one calls for (docs/decisions/0010).
 */
export class Deadline {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #looks = new Set<() => void>();
  /** Never rejects, and pends for good once {@link cancel} was called in time. */
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

  /** Calls `look` each second, until the function that it answers is called. */
  eachSecond(look: () => void): () => void {
    this.#looks.add(look);
    return () => void this.#looks.delete(look);
  }

  /** One that holds for as long as `work` runs. */
  static async during<T>(milliseconds: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(milliseconds);
    try {
      return await work(deadline);
    } finally {
      deadline.cancel();
    }
  }
}

/** As long as kube-apiserver gives a request that is not a watch or a stream. */
export const REQUEST_MS = 60_000;

/** Milliseconds that a request has by its `timeout`; who asks for more than all have, or for none, has those. */
export function requestTime(query: URLSearchParams): number {
  const asked = parseDuration(query.get("timeout") ?? "") ?? 0;
  return asked > 0 ? Math.min(asked, REQUEST_MS) : REQUEST_MS;
}
