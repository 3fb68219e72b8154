/**
 * Lets a few pulls begin at a time: on a machine that starts with fifty images all would be late, and registries refuse
 * who asks for that much at once. A pull that takes long no longer counts: a registry that hangs holds up nobody.
 */
const AT_ONCE = 5;
const COUNTS_MS = 60_000;

export class PullTurns {
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  /** `pull` is called when its turn has come. */
  async take<T>(pull: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let counts = true;
    const pass = () => {
      if (counts) this.#pass();
      counts = false;
    };
    const timer = setTimeout(pass, COUNTS_MS);
    try {
      return await pull();
    } finally {
      clearTimeout(timer);
      pass();
    }
  }

  /** To who has waited longest. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
