/** Pulls under way. Pods that want the same share one, which is cancelled when none waits for it any more. */
import type { ImageObservation } from "../runtime/image.ts";
import { unlessAborted } from "../unless-aborted.ts";

interface Pull {
  readonly result: Promise<ImageObservation>;
  readonly cancel: AbortController;
  waiting: number;
}

export class SharedPulls {
  readonly #pulls = new Map<string, Pull>();

  /** Joins the pull of that key, or begins it; `aborted` if the caller's signal aborts first. */
  async join(
    key: string,
    begin: (cancelled: AbortSignal) => Promise<ImageObservation>,
    signal: AbortSignal,
  ): Promise<ImageObservation | "aborted"> {
    const pull = this.#pulls.get(key) ?? this.#begin(key, begin);
    pull.waiting++;
    try {
      return await unlessAborted(signal, pull.result);
    } finally {
      pull.waiting--;
      if (pull.waiting === 0) this.#end(key, pull);
    }
  }

  #begin(key: string, begin: (cancelled: AbortSignal) => Promise<ImageObservation>): Pull {
    const cancel = new AbortController();
    const pull = { result: begin(cancel.signal), cancel, waiting: 0 };
    this.#pulls.set(key, pull);
    return pull;
  }

  /** Whoever wants the image now gets a pull of their own. */
  #end(key: string, pull: Pull): void {
    if (this.#pulls.get(key) === pull) this.#pulls.delete(key);
    pull.cancel.abort();
  }
}
