/** When a request is to be answered. */
export class Deadline {
  readonly #timer: ReturnType<typeof setTimeout>;
  /** Never rejects, and pends for good once {@link cancel} was called in time. */
  readonly passed: Promise<void>;
  /** The moment, in milliseconds since 1970. */
  readonly at: number;

  constructor(milliseconds: number) {
    this.at = Date.now() + milliseconds;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.passed = promise;
    this.#timer = setTimeout(resolve, milliseconds);
  }

  cancel(): void {
    clearTimeout(this.#timer);
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
