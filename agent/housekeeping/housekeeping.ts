/**
 * A node's periodic work: checks for resource pressure and makes room, rotates logs, and lists images. pressure/ and
 * images/ decide what to do; here it is measured and done.
 */
import { errorMessage } from "../../api/error-message.ts";
import type { Pod } from "../../api/generated/core.v1.ts";
import { bytesToFree, chooseImages, type Histories, recordImages } from "../images/choose-images.ts";
import type { PullRecords } from "../images/pull-records.ts";
import type { Logger } from "../logger.ts";
import { rotateLog } from "../logs/rotate-log.ts";
import type { NodeEvent } from "../node/node-events.ts";
import type { PodWorker } from "../pod/pod-worker.ts";
import type { LifeCounts } from "../pod/status/life-counts.ts";
import { chooseVictim, evictionOf, type PodUse, type UseOf, warningOf } from "../pressure/choose-victim.ts";
import { countInodes, hasStorageLimit, measureStorage, overLimit, type StorageUse } from "../pressure/local-storage.ts";
import { readSignals } from "../pressure/signals.ts";
import {
  PRESSURE_OF,
  type Pressure,
  pressuresAt,
  RESOURCE_OF,
  type Seen,
  type Shortage,
  type Signals,
  seenNow,
  shortages,
  type Threshold,
} from "../pressure/thresholds.ts";
import type { ImageObservation } from "../runtime/image.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { steadyNow } from "../steady-now.ts";

/** The kubelet's intervals for eviction and for logs. */
const LOOK_MS = 10_000;
/** A node's list of images is refreshed every so many rounds. */
const IMAGES_EVERY = 6;

export interface HousekeepingOptions {
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  readonly thresholds: readonly Threshold[];
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

const NONE: PodUse = { containers: new Map(), shared: 0 };

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  /** Why the last round failed; "": it did not. */
  #failed = "";
  #seen: Seen = new Map();
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

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(): void {
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
    const signals = this.#signals();
    const short = shortages(this.#options.thresholds, signals);
    this.#feel(short, now);
    for (const resource of new Set(short.map(({ threshold }) => RESOURCE_OF[threshold.signal])))
      this.#options.recordEvent({
        type: "Warning",
        reason: "EvictionThresholdMet",
        message: `Attempting to reclaim ${resource}`,
      });
    await this.#rotateLogs(new Date());
    const limited = this.#options.workers().filter(({ pod, ended }) => !ended && hasStorageLimit(pod));
    const usage = short.length > 0 || limited.length > 0 ? await this.#options.runtime.usage() : [];
    await this.#endOverLimit({ workers: limited, usage });
    await this.#removeImages(signals, { short, now });
    const [worst] = shortages(this.#options.thresholds, this.#signals());
    // One at a time: what it frees shows in the next round.
    if (worst !== undefined) await this.#evictOne(worst, usage);
  }

  #signals(): Signals {
    const { dataDirectory: data, runtime } = this.#options;
    // If the runtime does not say where its images are, they count with everything else.
    return readSignals({ data, ...(runtime.imageDirectory && { images: this.#imageDirectory ?? data }) });
  }

  #feel(short: readonly Shortage[], now: number): void {
    this.#seen = seenNow(this.#seen, short, now);
    const pressures = pressuresAt(this.#seen, now);
    const same = pressures.size === this.#pressures.size && [...pressures].every((each) => this.#pressures.has(each));
    this.#pressures = pressures;
    if (same) return;
    this.#options.onChange();
    for (const shortage of short) this.#options.log.warn(warningOf(shortage));
  }

  async #evictOne(short: Shortage, usage: readonly ContainerUsage[]): Promise<void> {
    const workers = this.#options.workers().filter(({ ended }) => !ended);
    const useOf = await this.#useOf(RESOURCE_OF[short.threshold.signal], { workers, usage });
    const running = workers.map(({ pod }) => pod);
    const victim = chooseVictim(running, short, useOf);
    const worker = workers.find(({ pod }) => pod.metadata.uid === victim?.metadata.uid);
    if (victim === undefined || worker === undefined) return;
    worker.evict(evictionOf(victim, short, useOf));
    this.#options.lives.evicted(short.threshold.signal);
  }

  async #useOf(resource: string, { workers, usage }: Measured): Promise<UseOf> {
    switch (resource) {
      case "memory":
        return (pod) => ({
          containers: amountsOf(pod, usage, ({ memoryWorkingSetBytes }) => memoryWorkingSetBytes),
          shared: 0,
        });
      case "ephemeral-storage": {
        const uses = new Map<string | undefined, PodUse>();
        for (const worker of workers) {
          const { volumes, containers } = await this.#storageOf(worker, usage);
          const shared = [...volumes.values()].reduce((sum, bytes) => sum + bytes, 0);
          uses.set(worker.pod.metadata.uid, { containers, shared });
        }
        return ({ metadata }) => uses.get(metadata.uid) ?? NONE;
      }
      case "inodes": {
        const counts = new Map<string | undefined, number>();
        for (const { pod, directories } of workers) {
          const layers = amountsOf(pod, usage, ({ diskInodes = 0 }) => diskInodes);
          counts.set(pod.metadata.uid, await countInodes(pod, { ...directories, layers }));
        }
        // For messages, only the bytes of each container matter.
        return ({ metadata }) => ({ ...NONE, shared: counts.get(metadata.uid) ?? 0 });
      }
      default:
        return () => NONE;
    }
  }

  #storageOf({ pod, directories }: PodWorker, usage: readonly ContainerUsage[]): Promise<StorageUse> {
    return measureStorage(pod, { ...directories, layers: amountsOf(pod, usage, ({ diskBytes = 0 }) => diskBytes) });
  }

  async #endOverLimit({ workers, usage }: Measured): Promise<void> {
    for (const worker of workers) {
      const exceeded = overLimit(worker.pod, await this.#storageOf(worker, usage));
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
  async #removeImages(signals: Signals, { short, now }: { readonly short: readonly Shortage[]; readonly now: number }) {
    const { runtime, onChange, pulls, log } = this.#options;
    const isShort = short.some(({ threshold }) => PRESSURE_OF[threshold.signal] === "DiskPressure");
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

/** By container name. */
const amountsOf = (
  { metadata }: Pod,
  usage: readonly ContainerUsage[],
  amount: (container: ContainerUsage) => number,
): ReadonlyMap<string, number> =>
  new Map(usage.filter(({ pod }) => pod.uid === metadata.uid).map((container) => [container.name, amount(container)]));
