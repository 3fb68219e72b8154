/**
 * A node's periodic work: checks for resource pressure and makes room, rotates logs, and lists images. pressure/ and
 * images/ decide what to do; here it is measured and done.
 */
import { statSync } from "node:fs";
import { errorMessage } from "../../api/error-message.ts";
import type { Pod } from "../../api/generated/core.v1.ts";
import { bytesToFree, chooseImages, type Histories, recordImages } from "../images/choose-images.ts";
import type { PullRecords } from "../images/pull-records.ts";
import type { Logger } from "../logger.ts";
import { rotateLog } from "../logs/rotate-log.ts";
import type { NodeEvent } from "../node/node-events.ts";
import type { PodWorker } from "../pod/pod-worker.ts";
import type { LifeCounts } from "../pod/status/life-counts.ts";
import { chooseVictim, evictionGrace, evictionOf, warningOf } from "../pressure/choose-victim.ts";
import type { EvictionRules } from "../pressure/eviction-settings.ts";
import { hasStorageLimit, overLimit } from "../pressure/local-storage.ts";
import { storageOf, useOfSignal } from "../pressure/pod-use.ts";
import { readSignals } from "../pressure/signals.ts";
import {
  NOT_PRESSED,
  PRESSURE_OF,
  type Pressed,
  type Pressure,
  pressedNow,
  pressuresAt,
  RESOURCE_OF,
  type Seen,
  type Shortage,
  type Signal,
  type Signals,
  seenNow,
  shortages,
} from "../pressure/thresholds.ts";
import type { ImageObservation } from "../runtime/image.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { steadyNow } from "../steady-now.ts";
import { cgroupStats } from "../usage/cgroup-stats.ts";

/** The kubelet's intervals for eviction and for logs. */
const LOOK_MS = 10_000;
/** The longest wait for an evicted pod to end before the next one is evicted. */
const EVICTED_MS = 30_000;
/** A node's list of images is refreshed every so many rounds. */
const IMAGES_EVERY = 6;

export interface HousekeepingOptions {
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  readonly rules: EvictionRules;
  readonly pulls: PullRecords;
  readonly workers: () => readonly PodWorker[];
  /** Pressure conditions or images have changed. */
  readonly onChange: () => void;
  readonly lives: Pick<LifeCounts, "evicted">;
  /** Reports an event about the node. */
  readonly recordEvent: (event: NodeEvent) => void;
  readonly log: Logger;
}

interface Measured {
  readonly workers: readonly PodWorker[];
  readonly usage: readonly ContainerUsage[];
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #looks = 0;
  /** Why the last round failed; "": it did not. */
  #failed = "";
  #pressed: Pressed = NOT_PRESSED;
  #seen: Seen = new Map();
  #evicted: { readonly worker: PodWorker; readonly at: number } | undefined;
  #pressures: ReadonlySet<Pressure> = new Set();
  #images: readonly ImageObservation[];
  #histories: Histories = new Map();
  #imageDirectory: string | undefined;

  constructor(options: HousekeepingOptions, images: readonly ImageObservation[]) {
    this.#options = options;
    this.#images = images;
  }

  get pressures(): ReadonlySet<Pressure> {
    return this.#pressures;
  }

  get images(): readonly ImageObservation[] {
    return this.#images;
  }

  /** Where the runtime keeps images; undefined: on the same disk as everything else. */
  get imageDirectory(): string | undefined {
    return this.#imageDirectory;
  }

  async start(): Promise<void> {
    this.#imageDirectory = await this.#options.runtime.imageDirectory?.().catch(() => undefined);
    this.#later();
  }

  /** A round that is under way is the last one. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.look()
        .then(
          () => this.#fails(""),
          ({ message }: Error) => this.#fails(message),
        )
        .finally(() => this.#later());
    }, LOOK_MS).unref();
  }

  /** Reports the same failure only once. */
  #fails(why: string): void {
    if (why !== "" && why !== this.#failed) this.#options.log.warn(`housekeeping: ${why}`);
    this.#failed = why;
  }

  async look(): Promise<void> {
    const now = steadyNow();
    const { rules, runtime, workers, recordEvent } = this.#options;
    const signals = this.#signals();
    this.#pressed = pressedNow(rules.thresholds, signals, { before: this.#pressed, now });
    const { due } = this.#pressed;
    this.#feel(this.#pressed.short, now);
    await this.#rotateLogs(new Date());
    const limited = workers().filter(({ pod, ended }) => !ended && hasStorageLimit(pod));
    const usage = due.length > 0 || limited.length > 0 ? await runtime.usage() : [];
    await this.#endOverLimit({ workers: limited, usage });
    const [worst] = due;
    if (worst !== undefined) {
      const message = `Attempting to reclaim ${RESOURCE_OF[worst.threshold.signal]}`;
      recordEvent({ type: "Warning", reason: "EvictionThresholdMet", message });
    }
    // First, since images of containers that are kept cannot be removed.
    if (due.some(({ threshold }) => PRESSURE_OF[threshold.signal] === "DiskPressure"))
      for (const worker of workers()) if (worker.ended) worker.freeRoom();
    await this.#removeImages(signals, { due, now });
    // What the images freed may be enough.
    const [left] = shortages(
      due.map(({ threshold }) => threshold),
      this.#signals(),
      new Set(rules.thresholds),
    );
    if (left !== undefined && !this.#isEvicting(now)) await this.#evictOne(left, { usage, now });
  }

  #signals(): Signals {
    const { dataDirectory: data, runtime } = this.#options;
    // If the runtime does not say where its images are, they count with everything else.
    return readSignals({ data, ...(runtime.imageDirectory && { images: this.#imageDirectory ?? data }) });
  }

  /** Whether images are on another disk than everything else. */
  get #hasImageDisk(): boolean {
    const { dataDirectory } = this.#options;
    return this.#imageDirectory !== undefined && statSync(this.#imageDirectory).dev !== statSync(dataDirectory).dev;
  }

  /** Whether removing images helps. */
  #concernsImages(signal: Signal): boolean {
    return PRESSURE_OF[signal] === "DiskPressure" && (!this.#hasImageDisk || signal.startsWith("imagefs."));
  }

  #feel(short: readonly Shortage[], now: number): void {
    this.#seen = seenNow(this.#seen, short, now);
    const pressures = pressuresAt(this.#seen, { now, lastsMs: this.#options.rules.pressureLastsMs });
    const same = pressures.size === this.#pressures.size && [...pressures].every((each) => this.#pressures.has(each));
    this.#pressures = pressures;
    if (same) return;
    this.#options.onChange();
    for (const shortage of short) this.#options.log.warn(warningOf(shortage));
  }

  /** One at a time: what a pod frees shows when it has ended. */
  #isEvicting(now: number): boolean {
    const { worker, at } = this.#evicted ?? {};
    return worker !== undefined && at !== undefined && worker.runningContainers.length > 0 && now - at < EVICTED_MS;
  }

  async #evictOne(
    short: Shortage,
    { usage, now }: { readonly usage: readonly ContainerUsage[]; readonly now: number },
  ): Promise<void> {
    const { rules, lives } = this.#options;
    const { signal } = short.threshold;
    const workers = this.#options.workers().filter(({ ended }) => !ended);
    const [hasImageDisk, threads] = [this.#hasImageDisk, () => this.#threads(usage)];
    const useOf = await useOfSignal(signal, { pods: workers, usage, hasImageDisk, threads });
    const running = workers.map(({ pod }) => pod);
    const victim = chooseVictim(running, short, useOf);
    const worker = workers.find(({ pod }) => pod.metadata.uid === victim?.metadata.uid);
    if (victim === undefined || worker === undefined) return;
    const graceSeconds = evictionGrace(victim, short.threshold, rules.maxPodGraceSeconds);
    worker.evict({ ...evictionOf(victim, short, useOf), graceSeconds });
    this.#evicted = { worker, at: now };
    lives.evicted(signal);
  }

  async #threads(usage: readonly ContainerUsage[]): Promise<ReadonlyMap<string, number>> {
    const stats = await cgroupStats(this.#options.runtime, usage);
    return new Map([...stats].map(([id, { threads = 0 }]) => [id, threads]));
  }

  async #endOverLimit({ workers, usage }: Measured): Promise<void> {
    for (const worker of workers) {
      const exceeded = overLimit(worker.pod, await storageOf(worker, usage));
      if (exceeded === undefined) continue;
      worker.evictOverLimit(exceeded.message);
      this.#options.lives.evicted(exceeded.signal);
    }
  }

  async #rotateLogs(now: Date): Promise<void> {
    const { runtime, workers, log } = this.#options;
    for (const { id, logPath } of workers().flatMap((worker) => worker.runningContainers)) {
      try {
        await rotateLog(logPath, { now, reopen: () => runtime.reopenLog(id) });
      } catch (error) {
        log.warn(`${logPath} cannot be cut: ${errorMessage(error)}`);
      }
    }
  }

  /** Removes unused images if the disk is full, and updates the list. */
  async #removeImages(signals: Signals, { due, now }: { readonly due: readonly Shortage[]; readonly now: number }) {
    const { runtime, onChange, pulls, log } = this.#options;
    const isShort = due.some(({ threshold }) => this.#concernsImages(threshold.signal));
    const disk = signals.get("imagefs.available");
    const bytes = isShort ? Number.POSITIVE_INFINITY : disk === undefined ? 0 : bytesToFree(disk);
    if (bytes === 0 && this.#looks++ % IMAGES_EVERY !== 0) return;
    // Read before the images are listed: what is pulled in the meantime is not in the list.
    const recorded = pulls.ids;
    const images = await runtime.images();
    const used = (await runtime.imagesInUse?.()) ?? new Set(images.map(({ id }) => id));
    const named = new Set(this.#options.workers().flatMap(({ pod }) => imageVolumesOf(pod)));
    const isUsed = ({ id, names }: ImageObservation) => used.has(id) || names.some((n) => used.has(n) || named.has(n));
    this.#histories = recordImages(this.#histories, images, { isUsed, now });
    const removed = new Set<string>();
    for (const image of bytes > 0 ? chooseImages(this.#histories, images, { bytes, now }) : []) {
      const name = image.names[0] ?? image.id;
      log.info(`removing image ${name}, which nothing uses`);
      try {
        await runtime.removeImage(image.id);
        removed.add(image.id);
      } catch (error) {
        // Other measures to make room must be taken all the same.
        log.warn(`image ${name} cannot be removed: ${errorMessage(error)}`);
      }
    }
    const left = images.filter(({ id }) => !removed.has(id));
    const here = new Set(left.map(({ id }) => id));
    pulls.delete(recorded.filter((id) => !here.has(id)));
    const text = (list: readonly ImageObservation[]) => JSON.stringify(list.map(({ names, size }) => [names, size]));
    const same = text(left) === text(this.#images);
    this.#images = left;
    if (!same) onChange();
  }
}

const imageVolumesOf = ({ spec }: Pod): string[] => (spec.volumes ?? []).flatMap(({ image }) => image?.reference ?? []);
