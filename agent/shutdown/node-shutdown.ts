/** Ends the node's pods in order when its machine shuts down, and takes no new ones. */
import { errorMessage } from "../../api/error-message.ts";
import { readText } from "../files/read-text.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Logger } from "../logger.ts";
import type { NodeEvent } from "../node/node-events.ts";
import type { PodWorker } from "../pod/pod-worker.ts";
import { steadyNow } from "../steady-now.ts";
import type { ShutdownNotice } from "./logind.ts";
import { type ShutdownPeriod, shutdownGroups, totalSeconds } from "./shutdown-periods.ts";

const RETRY_MS = 10_000;
const LOOK_MS = 100;

export interface NodeShutdownOptions {
  /** None: the machine's shutdown is none of the node's business. */
  readonly periods: readonly ShutdownPeriod[];
  readonly notice: ShutdownNotice;
  readonly workers: () => readonly PodWorker[];
  /** Whether the node is shutting down has changed. */
  readonly onChange: () => void;
  readonly recordEvent: (event: NodeEvent) => void;
  /** Where the times of the last shutdown are kept for the next start, as by the kubelet. */
  readonly file: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly log: Logger;
}

/** Of the last shutdown: seconds since the epoch, 0 if there was none. */
export interface ShutdownTimes {
  readonly start: number;
  readonly end: number;
}

export class NodeShutdown {
  readonly #options: NodeShutdownOptions;
  #isStopped = false;
  #isShuttingDown = false;
  #times: ShutdownTimes;

  constructor(options: NodeShutdownOptions) {
    this.#options = options;
    this.#times = parseTimes(readText(options.file));
  }

  /** Why the node takes no pods; undefined: it is not shutting down. */
  get trouble(): string | undefined {
    return this.#isShuttingDown ? "node is shutting down" : undefined;
  }

  get times(): ShutdownTimes {
    return this.#times;
  }

  /** Until `stop`. */
  async follow(): Promise<void> {
    const { periods, notice, sleep, log } = this.#options;
    if (periods.length === 0) return;
    let failed = "";
    while (!this.#isStopped) {
      try {
        await notice.prepare(totalSeconds(periods));
        failed = "";
        if (!this.#isShuttingDown) notice.hold();
        await notice.follow((begins) => void this.announced(begins));
      } catch (error) {
        const why = errorMessage(error);
        if (why !== failed) log.warn(`a shutdown of the machine will not wait for its pods: ${why}`);
        failed = why;
      }
      await sleep(RETRY_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#options.notice.close();
  }

  /** A shutdown begins, or the one that was announced is cancelled; pods that have ended by then stay so. */
  async announced(begins: boolean): Promise<void> {
    if (begins === this.#isShuttingDown) return;
    const { notice, onChange, recordEvent } = this.#options;
    const message = `Shutdown manager detected shutdown ${begins ? "event" : "cancellation"}`;
    recordEvent({ type: "Normal", reason: "NodeShutdown", message });
    this.#isShuttingDown = begins;
    onChange();
    if (!begins) return notice.hold();
    this.#record({ start: Date.now() / 1000, end: 0 });
    await this.#endPods();
    this.#record({ ...this.#times, end: Date.now() / 1000 });
    if (this.#isShuttingDown) notice.release();
  }

  async #endPods(): Promise<void> {
    const { periods, workers, sleep } = this.#options;
    const running = workers().filter(({ ended }) => !ended);
    for (const { seconds, pods } of shutdownGroups(periods, running)) {
      if (!this.#isShuttingDown) return;
      for (const worker of pods) worker.shutDown(Math.min(seconds, worker.grace));
      const end = steadyNow() + seconds * 1000;
      while (steadyNow() < end && !pods.every(({ isOver }) => isOver)) await sleep(LOOK_MS);
    }
  }

  #record(times: ShutdownTimes): void {
    this.#times = times;
    try {
      writeWhole(this.#options.file, renderTimes(times));
    } catch (error) {
      this.#options.log.warn(`the shutdown's time cannot be recorded: ${errorMessage(error)}`);
    }
  }
}

/** Go's zero time. */
const NEVER = "0001-01-01T00:00:00Z";
const timeOf = (seconds: number): string => (seconds === 0 ? NEVER : new Date(seconds * 1000).toISOString());
const secondsOf = (time = NEVER): number => Math.max(0, Date.parse(time) / 1000);

const renderTimes = ({ start, end }: ShutdownTimes): string =>
  JSON.stringify({ startTime: timeOf(start), endTime: timeOf(end) });

function parseTimes(text: string): ShutdownTimes {
  try {
    const { startTime, endTime } = JSON.parse(text) as { readonly startTime?: string; readonly endTime?: string };
    return { start: secondsOf(startTime), end: secondsOf(endTime) };
  } catch {
    return { start: 0, end: 0 };
  }
}
