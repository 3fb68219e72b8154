/** When a loop's object runs next: soon by a timer, later by its one alarm. */

/** Waits shorter than this are kept in memory: an alarm is a row written. */
const TIMER_MS = 2000;
/** Later there may be no alarm (the platform knows no dates after 2189): it rings for nothing, and is set anew. */
const LONGEST_MS = 365 * 24 * 60 * 60 * 1000;

export class LoopAlarm {
  readonly #state: DurableObjectState;
  readonly #run: (cluster: string) => Promise<void>;
  #alarm: number | undefined;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(state: DurableObjectState, run: (cluster: string) => Promise<void>) {
    this.#state = state;
    this.#run = run;
  }

  /** To be called as the loop starts. */
  async open(cluster: string): Promise<void> {
    const { id, storage } = this.#state;
    // An alarm of an object without a name could not tell its cluster.
    if (id.name === undefined) await storage.put("cluster", cluster);
    this.#alarm = (await storage.getAlarm()) ?? undefined;
  }

  /** The alarm has come. */
  async ring(): Promise<void> {
    this.#alarm = undefined;
    const { id, storage } = this.#state;
    const cluster = id.name ?? (await storage.get<string>("cluster"));
    if (cluster !== undefined) await this.#run(cluster);
  }

  /** In place of what was asked before; undefined: nothing is due. */
  wakeAt(cluster: string, wanted: number | undefined): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (wanted === undefined) return;
    const now = Date.now();
    const at = Math.min(wanted, now + LONGEST_MS);
    const wait = at - now;
    if (wait < TIMER_MS) {
      this.#timer = setTimeout(() => this.#state.waitUntil(this.#run(cluster)), Math.max(0, wait));
      return;
    }
    if (this.#alarm !== undefined && this.#alarm <= at && this.#alarm > now) return;
    this.#alarm = at;
    void this.#state.storage.setAlarm(at);
  }
}
