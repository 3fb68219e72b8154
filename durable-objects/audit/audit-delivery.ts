/** Hands a log of batches to a receiver, in order and at least once. */

export interface Batch {
  readonly id: number;
  /** One event a line. */
  readonly text: string;
}

export interface AuditDeliveryOptions {
  /** The oldest batch that was not handed over yet. */
  readonly next: () => Batch | undefined;
  readonly delivered: (batch: Batch) => void;
  /** Returns what went wrong, or undefined once the receiver has it. */
  readonly post: (text: string) => Promise<string | undefined>;
  /** `retry` is to be called at this time (ms since the epoch), even if the object sleeps until then. */
  readonly retryAt: (at: number) => Promise<void>;
  readonly now: () => number;
  readonly onProblem: (problem: string) => void;
}

/** Pauses after failures in ms. Each is twice as long as the one before. */
const PAUSE_MS = { first: 1000, most: 300_000 };

export class AuditDelivery {
  readonly #options: AuditDeliveryOptions;
  #attempt: Promise<void> | undefined;
  #pauseMs = PAUSE_MS.first;
  #pausedUntil = 0;

  constructor(options: AuditDeliveryOptions) {
    this.#options = options;
  }

  /** Call this after a batch was added. During a pause, the batch waits for `retry` with the others. */
  async deliver(): Promise<void> {
    if (this.#options.now() >= this.#pausedUntil) await this.retry();
  }

  /** Hands over all that is left, up to the first failure. Concurrent calls share one attempt. */
  retry(): Promise<void> {
    this.#attempt ??= this.#deliverAll().finally(() => {
      this.#attempt = undefined;
    });
    return this.#attempt;
  }

  async #deliverAll(): Promise<void> {
    const { next, delivered, post, retryAt, now, onProblem } = this.#options;
    for (let batch = next(); batch; batch = next()) {
      const problem = await post(batch.text);
      if (problem !== undefined) {
        onProblem(problem);
        this.#pausedUntil = now() + this.#pauseMs;
        this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS.most);
        await retryAt(this.#pausedUntil);
        return;
      }
      this.#pauseMs = PAUSE_MS.first;
      delivered(batch);
    }
  }
}
