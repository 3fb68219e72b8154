/** Work that no batch waits for. */
export interface BackgroundWorkOptions {
  /** Keeps the object awake until this ends. */
  readonly inBackground: (work: Promise<void>) => void;
  readonly onError: (what: string, error: unknown) => void;
  /** Called each time that a piece of work has ended. */
  readonly ended: () => Promise<void>;
}

export class BackgroundWork {
  readonly #options: BackgroundWorkOptions;
  #underWay = 0;

  constructor(options: BackgroundWorkOptions) {
    this.#options = options;
  }

  /** How many pieces have not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  start(what: string, work: () => Promise<void>): void {
    const { inBackground, onError, ended } = this.#options;
    this.#underWay++;
    const done = work()
      .catch((error: unknown) => onError(what, error))
      .then(() => {
        this.#underWay--;
        return ended();
      });
    inBackground(done);
  }
}
