/**
 * Runs a step whenever there may be something to do, one at a time; if woken during a step, runs it once more
 * afterwards.
 */
import { steadyNow } from "../../steady-now.ts";

export interface WakeLoopOptions {
  readonly step: () => Promise<void>;
  /** The step failed, which alone is no reason to run it again. */
  readonly onError: (error: Error) => void;
  /** The maximum time (ms) between runs. */
  readonly longestSleepMs: number;
}

export class WakeLoop {
  readonly #options: WakeLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt: number | undefined;
  #isRunning = false;
  #again = false;
  #isStopped = false;

  constructor(options: WakeLoopOptions) {
    this.#options = options;
  }

  wake(): void {
    if (this.#isStopped) return;
    this.#again = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** Runs the step after this time, unless it runs earlier: each run must request the next one. */
  wakeIn(ms: number): void {
    const at = steadyNow() + ms;
    this.#wakeAt = Math.min(this.#wakeAt ?? at, at);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#isStopped) {
      this.#again = false;
      this.#wakeAt = undefined;
      await this.#options.step().catch(this.#options.onError);
    }
    this.#isRunning = false;
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    const delay = Math.min((this.#wakeAt ?? Number.POSITIVE_INFINITY) - steadyNow(), this.#options.longestSleepMs);
    this.#timer = setTimeout(() => this.wake(), Math.max(delay, 1));
  }
}
