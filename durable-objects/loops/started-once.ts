/** Something that is started by the first call that needs it, and shared by all others. */
export class StartedOnce<T> {
  readonly #start: (cluster: string) => Promise<T>;
  #started: Promise<T> | undefined;

  constructor(start: (cluster: string) => Promise<T>) {
    this.#start = start;
  }

  /** Undefined if it was not started. */
  get started(): Promise<T> | undefined {
    return this.#started;
  }

  /** Concurrent calls share one start. A start that fails is repeated by the next call. */
  get(cluster: string): Promise<T> {
    this.#started ??= this.#start(cluster).catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }
}
