/**
 * Sets up the volumes of a pod below its directory, and removes them with it. Content from the API (config maps,
 * secrets, downward API, tokens) is published again when it changes.
 */
import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Container, PersistentVolume, Pod, Volume } from "../../api/generated/core.v1.ts";
import type { PodCsi } from "../csi/csi-volumes.ts";
import { inlineVolume } from "../csi/wanted-volume.ts";
import type { ImageOutcome } from "../images/image-puller.ts";
import { isMountPoint, isOwnFileSystem } from "../mounts/mounts.ts";
import { PersistentVolumeError, VolumeError, VolumePending, VolumeUnprocessed } from "../mounts/volume-error.ts";
import type { PodAddresses } from "../pod-spec/field-ref.ts";
import type { PodObjects, VolumeFile } from "../pod-spec/pod-objects.ts";
import { steadyNow } from "../steady-now.ts";
import { type ClaimSources, claimOf } from "./claims/claim.ts";
import { ClaimGrowth } from "./claims/claim-growth.ts";
import { ClaimedVolumes, type ClaimUse } from "./claims/claimed-volumes.ts";
import { mountPodNfs } from "./claims/persistent-volume.ts";
import { prepareHostPath } from "./host-path.ts";
import type { ImageMounts } from "./image-mounts.ts";
import { makeNestedPlaces } from "./nested-mounts.ts";
import { publish } from "./projected/atomic-writer.ts";
import { type PayloadInput, volumePayload } from "./projected/payload.ts";
import { PodTokens, type TokenSource } from "./projected/pod-tokens.ts";
import { removeVolumes } from "./remove-volumes.ts";
import { type StorageOperation, type StorageOperations, storagePlugin } from "./storage-operations.ts";
import { readWithin } from "./sub-path/sub-path.ts";
import { type VolumeStats, volumeStats } from "./usage/volume-stats.ts";
import { usedVolumes } from "./used-volumes.ts";
import { ensureDirectory, fileSystemOf, isInMemory, volumeDirectory } from "./volume-directory.ts";
import { LongWait, setUpFailed, unableToProcess, type VolumeEvent } from "./volume-events.ts";
import type { VolumeMemory } from "./volume-memory.ts";

/** What setting up a volume needs from the API, fetched on demand. */
export interface VolumeSources extends ClaimSources, TokenSource {}

export interface VolumeInput {
  readonly objects: PodObjects;
  readonly addresses: PodAddresses;
  readonly allocatable: PayloadInput["allocatable"];
  /** By the steady clock (ms). */
  readonly now: number;
}

export interface Prepared {
  /** Each becomes an event. Warnings call for a retry. */
  readonly events: readonly VolumeEvent[];
  /** Whether containers must wait: not for a volume that exists and merely could not be updated. */
  readonly missing: boolean;
}

type SetUpInput = VolumeInput & Pick<ClaimUse, "recordEvent" | "onFound">;

/** The delay before a failed update is retried. */
const LATER_MS = 10_000;

export interface PodVolumesOptions {
  readonly sources: VolumeSources;
  readonly images: ImageMounts;
  readonly csi: PodCsi;
  readonly memory: VolumeMemory;
  readonly storage: StorageOperations;
}

export class PodVolumes {
  readonly #directory: string;
  readonly #paths = new Map<string, string>();
  /** Kinds of volumes that are set up, by name. */
  readonly #plugins = new Map<string, string>();
  readonly #tokens: PodTokens;
  readonly #images: ImageMounts;
  readonly #csi: PodCsi;
  readonly #memory: VolumeMemory;
  readonly #storage: StorageOperations;
  readonly #claimed: ClaimedVolumes;
  readonly #growth: ClaimGrowth;
  readonly #wait = new LongWait();

  /** `directory` is the pod's own, and named after its uid. */
  constructor(directory: string, { sources, images, csi, memory, storage }: PodVolumesOptions) {
    this.#directory = directory;
    this.#tokens = new PodTokens(sources);
    this.#images = images;
    this.#csi = csi;
    this.#memory = memory;
    this.#storage = storage;
    this.#claimed = new ClaimedVolumes(directory, { sources, csi });
    this.#growth = new ClaimGrowth({ sources, csi });
  }

  /** The volume's path on the machine. */
  path(name: string): string | undefined {
    return this.#paths.get(name);
  }

  /** A file in an existing volume, for variables that come from one. */
  file(volume: string, path: string): VolumeFile | undefined {
    const root = this.#paths.get(volume);
    if (root === undefined) return undefined;
    const text = readWithin(root, path);
    return { path: join(root, path), ...(text === undefined ? {} : { text }) };
  }

  /**
   * Sets up missing volumes that containers use, and publishes changes. Returns what is wrong; volumes do not wait for
   * each other.
   */
  async prepare(pod: Pod, input: VolumeInput): Promise<Prepared> {
    const { mounts, devices } = usedVolumes(pod);
    const events: VolumeEvent[] = [];
    const unprocessed: VolumeUnprocessed[] = [];
    const missing: string[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.image !== undefined || ![mounts, devices].some((used) => used.has(volume.name))) continue;
      try {
        const tell = (one: VolumeEvent) => void events.push(one);
        this.#paths.set(volume.name, await this.#timed(pod, volume, { ...input, recordEvent: tell }));
      } catch (error) {
        if (!this.#paths.has(volume.name)) missing.push(volume.name);
        if (error instanceof VolumePending) continue;
        if (error instanceof VolumeUnprocessed) unprocessed.push(error);
        else {
          const named = error instanceof PersistentVolumeError ? error.volume : volume.name;
          events.push(setUpFailed(named, error as Error));
        }
      }
    }
    const waited = this.#wait.eventOf(missing, input.now);
    if (unprocessed.length > 0) events.push(unableToProcess(unprocessed));
    else if (waited !== undefined) events.push(waited);
    events.push(...(await this.#grow(pod, input.objects)));
    return { events, missing: missing.length > 0 };
  }

  /**
   * Mounts the images among a container's volumes. They are pulled like its own image, and the container waits for them
   * in the same way.
   */
  async mountImages(
    pod: Pod,
    { volumeMounts = [] }: Container,
    signal: AbortSignal,
  ): Promise<Exclude<ImageOutcome, { ok: true }> | "aborted" | undefined> {
    const used = new Set(volumeMounts.map(({ name }) => name));
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.image === undefined || !used.has(volume.name)) continue;
      const path = volumeDirectory(this.#directory, volume);
      mkdirSync(path, { recursive: true });
      const outcome = isMountPoint(path)
        ? undefined
        : await this.#images.mount(pod, volume.image, { directory: path, signal });
      if (outcome === "aborted" || outcome?.ok === false) return outcome;
      this.#paths.set(volume.name, path);
    }
    return undefined;
  }

  async stats(
    pod: Pod,
    objects: PodObjects,
    which: { readonly onlyClaimed?: boolean } = {},
  ): Promise<readonly VolumeStats[]> {
    const csiStats = await this.#csi.stats(pod.metadata.uid ?? "");
    return volumeStats(pod, { paths: this.#paths, csiStats, objects, ...which });
  }

  /**
   * When a token must be renewed, or a volume published again (ms): never at once, because {@link prepare} has just
   * tried.
   */
  renewAfter(now: number): number | undefined {
    const times = [this.#tokens.renewAt, this.#csi.republishAt(basename(this.#directory))].filter(
      (time) => time !== undefined,
    );
    if (times.length === 0) return undefined;
    const next = Math.min(...times);
    return next > now ? next : now + LATER_MS;
  }

  /** Only the first time counts as mounting; later, content is updated, and what waits for others has not begun. */
  async #timed(pod: Pod, volume: Volume, input: VolumeInput & Pick<ClaimUse, "recordEvent">): Promise<string> {
    const isFirst = !this.#paths.has(volume.name);
    let plugin = this.#plugins.get(volume.name) ?? storagePlugin(volume);
    const onFound = ({ spec }: PersistentVolume) => {
      plugin = storagePlugin(spec);
    };
    const began = steadyNow();
    const took = (status: StorageOperation["status"]) =>
      this.#storage.took((steadyNow() - began) / 1000, { plugin, operation: "volume_mount", status });
    try {
      const path = await this.#setUp(pod, volume, { ...input, onFound });
      if (isFirst) took("success");
      this.#plugins.set(volume.name, plugin);
      return path;
    } catch (error) {
      if (isFirst && !(error instanceof VolumePending) && !(error instanceof VolumeUnprocessed)) took("fail-unknown");
      throw error;
    }
  }

  async #setUp(pod: Pod, volume: Volume, input: SetUpInput): Promise<string> {
    if (volume.hostPath !== undefined) return prepareHostPath(volume.hostPath);
    const claim = claimOf(pod, volume);
    const { recordEvent, onFound } = input;
    const before = this.#paths.get(volume.name);
    if (claim !== undefined) return this.#claimed.setUp(pod, volume, { claim, before, recordEvent, onFound });
    if (volume.csi !== undefined) return this.#csi.publish(pod, inlineVolume(pod, volume));
    if (volume.nfs !== undefined) return mountPodNfs(this.#directory, volume.name, volume.nfs);
    const group = pod.spec.securityContext?.fsGroup;
    const path = await this.#placeOf(volume);
    const fileSystem = fileSystemOf(pod, volume, input.allocatable);
    if (volume.emptyDir !== undefined) {
      await ensureDirectory(path, volume, { fileSystem, group });
      return path;
    }
    const tokens = await this.#tokens.of(pod, volume, input.now);
    const payload = volumePayload(volume, { ...input, pod, tokens });
    if (payload === undefined) throw new VolumeError(`no volume plugin matched: ${kindOf(volume)}`);
    await ensureDirectory(path, volume, { fileSystem, group });
    publish(path, payload, group === undefined ? {} : { group });
    makeNestedPlaces(path, pod, volume.name);
    return path;
  }

  async #placeOf(volume: Volume): Promise<string> {
    const own = volumeDirectory(this.#directory, volume);
    if (!isInMemory(volume)) return own;
    // Containers use it from where an agent of an earlier version put it.
    if (existsSync(own) && (volume.downwardAPI !== undefined || isOwnFileSystem(own))) return own;
    const memory = await this.#memory.directoryOf(basename(this.#directory));
    return memory === undefined ? own : volumeDirectory(memory, volume);
  }

  async #grow(pod: Pod, objects: PodObjects): Promise<VolumeEvent[]> {
    const events: VolumeEvent[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      const named = claimOf(pod, volume);
      const claim = named && objects.claim(named.claimName);
      if (claim === undefined || named?.readOnly === true || !this.#paths.has(volume.name)) continue;
      const event = await this.#growth.grow(pod, claim);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** Unmounts and removes everything. */
  async tearDown(): Promise<void> {
    const began = steadyNow();
    const took = (status: StorageOperation["status"]) => {
      for (const plugin of this.#plugins.values())
        this.#storage.took((steadyNow() - began) / 1000, { plugin, operation: "volume_unmount", status });
    };
    try {
      await removeVolumes(this.#directory, { csi: this.#csi, images: this.#images, memory: this.#memory });
    } catch (error) {
      took("fail-unknown");
      throw error;
    }
    took("success");
    this.#plugins.clear();
    this.#paths.clear();
    this.#tokens.clear();
  }
}

const kindOf = (volume: Volume): string => Object.keys(volume).find((key) => key !== "name") ?? "none";
