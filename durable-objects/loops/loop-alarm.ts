/** When a loop's object runs next: soon by a timer, later by its one alarm. */

/** Shorter waits are kept in memory: setting an alarm writes a row. */
const TIMER_MS = 2000;
/**
 * An alarm may not be set further ahead (the platform rejects dates after 2189). It then fires early and is set again.
 */
const MAX_DELAY_MS = 365 * 24 * 60 * 60 * 1000;

export class LoopAlarm {
  readonly #state: DurableObjectState;
  readonly #run: (cluster: string) => Promise<void>;
  #alarm: number | undefined;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(state: DurableObjectState, run: (cluster: string) => Promise<void>) {
    this.#state = state;
    this.#run = run;
  }

  /** Call this when the loop starts. */
  async open(cluster: string): Promise<void> {
    const { id, storage } = this.#state;
    // In an object without a name, the alarm handler could not tell which cluster it is for.
    if (id.name === undefined) await storage.put("cluster", cluster);
    this.#alarm = (await storage.getAlarm()) ?? undefined;
  }

  /** Call this when the alarm fires. */
  async ring(): Promise<void> {
    this.#alarm = undefined;
    const { id, storage } = this.#state;
    const cluster = id.name ?? (await storage.get<string>("cluster"));
    if (cluster !== undefined) await this.#run(cluster);
  }

  /** Replaces the previous request; undefined: nothing is due. */
  wakeAt(cluster: string, wanted: number | undefined): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (wanted === undefined) return;
    const now = Date.now();
    const at = Math.min(wanted, now + MAX_DELAY_MS);
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
