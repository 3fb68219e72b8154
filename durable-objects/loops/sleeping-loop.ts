/**
 * A loop in an object that sleeps when there is nothing to do. Three things wake it: notifications of commits, its own
 * alarm, and the scheduled tick.
 */
import { type Family, renderFamilies } from "../../api/metrics/exposition.ts";
import type { Revision } from "../../api/store/store.ts";
import { LoopAlarm } from "./loop-alarm.ts";
import { SettledMark } from "./settled-mark.ts";
import { StartedOnce } from "./started-once.ts";

export interface Loop {
  /** Catches up and works until nothing is ready. */
  run(): Promise<void>;
  /** The revision at which no work was left except what an alarm will wake for; undefined while there is work. */
  readonly settledAt: Revision | undefined;
  metrics(): Family[];
}

/** Schedules the loop's next run, instead of the one before; undefined: nothing is waiting. */
export type WakeAt = (at: number | undefined) => void;

export interface SleepingLoopOptions {
  readonly start: (cluster: string, wakeAt: WakeAt) => Promise<Loop> | Loop;
  /** The newest of the cluster's store. */
  readonly revision: (cluster: string) => Promise<Revision>;
}

export class SleepingLoop {
  readonly #options: SleepingLoopOptions;
  readonly #loop: StartedOnce<Loop>;
  readonly #alarm: LoopAlarm;
  readonly #settled: SettledMark;

  constructor(state: DurableObjectState, options: SleepingLoopOptions) {
    this.#options = options;
    this.#loop = new StartedOnce((cluster) => this.#start(cluster));
    this.#alarm = new LoopAlarm(state, (cluster) => this.run(cluster));
    this.#settled = new SettledMark(state.storage.kv, () => Date.now());
  }

  async run(cluster: string): Promise<void> {
    await (await this.#loop.get(cluster)).run();
  }

  /** The safety net for lost notifications. A loop that went to sleep with nothing to do is not woken. */
  async tick(cluster: string): Promise<void> {
    if (!this.#loop.started && this.#settled.holds(await this.#options.revision(cluster))) return;
    await this.run(cluster);
    this.#settled.set((await this.#loop.started)?.settledAt);
  }

  /** Call this when the object's alarm fires. */
  async ring(): Promise<void> {
    await this.#alarm.ring();
  }

  /** In Prometheus' format, counted since the object woke. One that sleeps loads nothing for this. */
  async metrics(): Promise<string> {
    return renderFamilies((await this.#loop.started)?.metrics() ?? []);
  }

  async #start(cluster: string): Promise<Loop> {
    await this.#alarm.open(cluster);
    return this.#options.start(cluster, (at) => this.#alarm.wakeAt(cluster, at));
  }
}
