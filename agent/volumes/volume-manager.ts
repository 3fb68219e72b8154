/**
 * Sets up the volumes of a pod under its directory and takes them away with it: DIR/volumes/PLUGIN/NAME, as the kubelet
 * lays them out. What the API owns (config maps, secrets, downward API, tokens) is published anew when it changes.
 */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Container, PersistentVolume, Pod, Volume } from "../../api/generated/core.v1.ts";
import type { PodCsi } from "../csi/csi-volumes.ts";
import { inlineVolume, persistentVolume } from "../csi/wanted-volume.ts";
import type { PodObjects } from "../pod/env.ts";
import type { PodAddresses } from "../pod/field-ref.ts";
import type { ImageOutcome } from "../pod/image-puller.ts";
import { nanosOf } from "../pod/qos.ts";
import { publish } from "./atomic-writer.ts";
import { type ClaimSources, claimOf, volumeOfClaim } from "./claim.ts";
import { isToGrow } from "./claim-growth.ts";
import { type DiskStats, diskStats, mountStats } from "./disk-stats.ts";
import { diskUse } from "./disk-use.ts";
import { emptyDirFileSystem, type FileSystem } from "./empty-dir.ts";
import { prepareHostPath } from "./host-path.ts";
import type { ImageMounts } from "./image-mounts.ts";
import { KnownPaths } from "./known-paths.ts";
import { isListedMount, isMountPoint } from "./mounts.ts";
import { giveToGroup } from "./ownership.ts";
import { type PayloadInput, VolumeError, VolumePending, VolumeUnprocessed, volumePayload } from "./payload.ts";
import { mountPersistent, mountPodNfs } from "./persistent-volume.ts";
import { PodTokens, type TokenSource } from "./pod-tokens.ts";
import { IMAGES, removeVolumes } from "./remove-volumes.ts";
import { readWithin } from "./sub-path.ts";
import { usedVolumes } from "./used-volumes.ts";

const run = promisify(execFile);

/** What setting up a volume needs of the API, fetched when it is asked for. */
export interface VolumeSources extends ClaimSources, TokenSource {}

export interface VolumeStats extends DiskStats {
  readonly name: string;
  readonly pvcRef?: { readonly name: string; readonly namespace: string };
}

export interface VolumeNews {
  readonly type: "Normal" | "Warning";
  readonly reason: "FailedMount" | "FileSystemResizeSuccessful" | "VolumeResizeFailed";
  readonly message: string;
}

export interface Prepared {
  /** Each is an event. What is a warning is to be tried again. */
  readonly news: readonly VolumeNews[];
  /** Containers must wait: for a volume that once was there and could not be published anew they need not. */
  readonly missing: boolean;
}

type Claim = NonNullable<ReturnType<typeof claimOf>>;

/** What was due and could not be done is tried again so much later. */
const LATER_MS = 10_000;

/** The kubelet's patience. */
const LONG_MS = 123_000;

const unableToMount = (missing: readonly string[], failed: readonly string[] = [], why = "context deadline exceeded") =>
  `Unable to attach or mount volumes: unmounted volumes=[${missing.join(" ")}], unattached volumes=[], failed to process volumes=[${failed.join(" ")}]: ${why}`;

function unableToProcess(unprocessed: readonly VolumeUnprocessed[]): string {
  const names = unprocessed.map(({ volume }) => volume).sort();
  return unableToMount(names, names, unprocessed.map(({ message }) => message).join("; "));
}

const pluginOf = (volume: Volume): string =>
  volume.configMap !== undefined
    ? "kubernetes.io~configmap"
    : volume.secret !== undefined
      ? "kubernetes.io~secret"
      : volume.downwardAPI !== undefined
        ? "kubernetes.io~downward-api"
        : volume.projected !== undefined
          ? "kubernetes.io~projected"
          : volume.image !== undefined
            ? IMAGES
            : "kubernetes.io~empty-dir";

const canMount = (): boolean => process.platform === "linux" && process.getuid?.() === 0;

const IN_MEMORY: FileSystem = { type: "tmpfs", options: ["mode=1777"] };

/** What is mounted for the volume; undefined: it is on the disk. Secrets never are where the machine can help it. */
function fileSystemOf(
  pod: Pod,
  { emptyDir, secret, projected }: Volume,
  allocatable: PayloadInput["allocatable"],
): FileSystem | undefined {
  const wanted = emptyDir ? emptyDirFileSystem(pod, emptyDir, allocatable) : (secret ?? projected) && IN_MEMORY;
  if (canMount() || wanted === undefined) return wanted;
  if (wanted.type === "tmpfs") return undefined;
  throw new VolumeError(`${wanted.type} can only be mounted by an agent that runs as root, on Linux`);
}

/** A machine that has been started anew still has the directories, and none of the mounts. */
const isSetUp = (path: string, fileSystem: FileSystem | undefined): boolean =>
  existsSync(path) && (fileSystem === undefined || isMountPoint(path));

async function makeDirectory(path: string, fileSystem: FileSystem | undefined): Promise<void> {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  if (fileSystem === undefined) return;
  const { type, options } = fileSystem;
  await run("mount", ["-t", type, "-o", options.join(","), type, path]);
}

export class PodVolumes {
  readonly #directory: string;
  readonly #sources: VolumeSources;
  readonly #paths = new Map<string, string>();
  readonly #tokens: PodTokens;

  readonly #images: ImageMounts;

  readonly #csi: PodCsi;
  readonly #known: KnownPaths;
  /** The claim, by its revision, that a volume has grown for. */
  readonly #grown = new Map<string, string>();
  #missingSince: number | undefined;

  /** `directory` is the pod's own, and named for its uid. */
  constructor(
    directory: string,
    { sources, images, csi }: { sources: VolumeSources; images: ImageMounts; csi: PodCsi },
  ) {
    this.#directory = directory;
    this.#sources = sources;
    this.#tokens = new PodTokens(sources);
    this.#images = images;
    this.#csi = csi;
    this.#known = new KnownPaths(directory);
  }

  /** Where the volume is on the machine. */
  path(name: string): string | undefined {
    return this.#paths.get(name);
  }

  /** Text of a file in a volume, for variables that come from one. */
  file(volume: string, path: string): string | undefined {
    const root = this.#paths.get(volume);
    return root === undefined ? undefined : readWithin(root, path);
  }

  /** Sets up what is missing of what containers use, publishes what changed. Answers what is wrong: one does not wait for another. */
  async prepare(
    pod: Pod,
    input: {
      readonly objects: PodObjects;
      readonly addresses: PodAddresses;
      readonly allocatable: PayloadInput["allocatable"];
      readonly now: number;
    },
  ): Promise<Prepared> {
    const { mounts, devices, files } = usedVolumes(pod);
    const news: VolumeNews[] = [];
    const failed = (message: string) => news.push({ type: "Warning", reason: "FailedMount", message });
    const unprocessed: VolumeUnprocessed[] = [];
    const missing: string[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.image !== undefined || ![mounts, devices, files].some((used) => used.has(volume.name))) continue;
      try {
        this.#paths.set(volume.name, await this.#setUp(pod, volume, input));
      } catch (error) {
        if (!this.#paths.has(volume.name)) missing.push(volume.name);
        if (error instanceof VolumePending) continue;
        if (error instanceof VolumeUnprocessed) unprocessed.push(error);
        else failed(`MountVolume.SetUp failed for volume "${volume.name}" : ${(error as Error).message}`);
      }
    }
    if (unprocessed.length > 0) failed(unableToProcess(unprocessed));
    else if (this.#hasWaitedLong(missing, input.now)) failed(unableToMount(missing.sort()));
    for (const volume of pod.spec.volumes ?? [])
      if (this.#paths.has(volume.name)) news.push(...(await this.#grow(pod, volume, input.objects)));
    return { news, missing: missing.length > 0 };
  }

  /** Again and again, while some are missing. */
  #hasWaitedLong({ length }: readonly string[], now: number): boolean {
    const since = this.#missingSince ?? now;
    const isLong = now - since >= LONG_MS;
    this.#missingSince = length === 0 ? undefined : isLong ? now : since;
    return length > 0 && isLong;
  }

  /** Mounts the images that a container has among its files: they are pulled as its own is, and what is wrong with them it waits for. */
  async mountImages(pod: Pod, { volumeMounts = [] }: Container): Promise<ImageOutcome | undefined> {
    const used = new Set(volumeMounts.map(({ name }) => name));
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.image === undefined || !used.has(volume.name)) continue;
      const path = join(this.#directory, "volumes", pluginOf(volume), volume.name);
      mkdirSync(path, { recursive: true });
      const outcome = isMountPoint(path) ? undefined : await this.#images.mount(pod, volume.image, path);
      if (outcome?.ok === false) return outcome;
      this.#paths.set(volume.name, path);
    }
    return undefined;
  }

  /** What of each volume is used; of the machine's own paths nothing is said. */
  async stats(
    pod: Pod,
    objects: PodObjects,
    { onlyClaimed = false }: { readonly onlyClaimed?: boolean } = {},
  ): Promise<readonly VolumeStats[]> {
    const said = await this.#csi.stats(pod.metadata.uid ?? "");
    const asked = (pod.spec.volumes ?? []).map(async (volume): Promise<VolumeStats[]> => {
      const path = this.#paths.get(volume.name);
      if (path === undefined || volume.hostPath !== undefined) return [];
      const { claimName } = claimOf(pod, volume) ?? {};
      if (onlyClaimed && claimName === undefined) return [];
      const claim = claimName === undefined ? undefined : objects.claim(claimName);
      const stats = said.get(claim?.spec.volumeName ?? volume.name) ?? (await this.#measure(volume, path));
      const { namespace = "" } = pod.metadata;
      return [{ ...stats, name: volume.name, ...(claimName && { pvcRef: { name: claimName, namespace } }) }];
    });
    return (await Promise.all(asked)).flat();
  }

  /** A directory among others has a share of their disk; of what is gone, or is no directory, nothing is known. */
  async #measure(volume: Volume, path: string): Promise<DiskStats> {
    if (isListedMount(path)) return mountStats(path);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return {};
    const stats = diskStats(path);
    const isOwnDisk = volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined;
    return isOwnDisk ? stats : { ...stats, ...(await diskUse(path)) };
  }

  /** When a token wants renewing, or a driver's volume publishing again (ms): never at once, {@link prepare} has just tried. */
  renewAfter(now: number): number | undefined {
    const times = [this.#tokens.renewAt, this.#csi.republishAt(basename(this.#directory))].filter(
      (time) => time !== undefined,
    );
    if (times.length === 0) return undefined;
    const next = Math.min(...times);
    return next > now ? next : now + LATER_MS;
  }

  async #setUp(
    pod: Pod,
    volume: Volume,
    input: Omit<PayloadInput, "pod" | "tokens"> & { readonly now: number },
  ): Promise<string> {
    const group = pod.spec.securityContext?.fsGroup;
    if (volume.hostPath !== undefined) return prepareHostPath(volume.hostPath);
    const claim = claimOf(pod, volume);
    if (claim !== undefined) return this.#claimed(pod, volume, claim);
    if (volume.csi !== undefined) return this.#csi.publish(pod, inlineVolume(pod, volume));
    if (volume.nfs !== undefined) return mountPodNfs(this.#directory, volume.name, volume.nfs);
    const path = join(this.#directory, "volumes", pluginOf(volume), volume.name);
    const fileSystem = fileSystemOf(pod, volume, input.allocatable);
    if (volume.emptyDir !== undefined) {
      if (isSetUp(path, fileSystem)) return path;
      await makeDirectory(path, fileSystem);
      if (group !== undefined) giveToGroup(path, group);
      return path;
    }
    const tokens = await this.#tokens.of(pod, volume, input.now);
    const payload = volumePayload(volume, { ...input, pod, tokens });
    if (payload === undefined) throw new VolumeError(`no volume plugin matched: ${kindOf(volume)}`);
    if (!isSetUp(path, fileSystem)) {
      await makeDirectory(path, fileSystem);
      if (group !== undefined) giveToGroup(path, group);
    }
    publish(path, payload, group === undefined ? {} : { group });
    return path;
  }

  /** Asks the API once, for as long as the pod is here: it goes on with its volumes whatever becomes of the claim. */
  async #claimed(pod: Pod, volume: Volume, claim: Claim): Promise<string> {
    const before = this.#paths.get(volume.name);
    const isDue = (this.#csi.republishAt(pod.metadata.uid ?? "") ?? Number.POSITIVE_INFINITY) <= Date.now();
    if (before !== undefined && !isDue && (isListedMount(before) || existsSync(before))) return before;
    let found: PersistentVolume;
    try {
      found = await volumeOfClaim(pod, volume, claim, this.#sources);
    } catch (error) {
      const known = error instanceof VolumeError ? undefined : this.#known.find(volume.name);
      if (known === undefined) throw error;
      return known;
    }
    const path = await mountPersistent(pod, found, {
      directory: this.#directory,
      readOnly: claim.readOnly === true,
      csi: this.#csi,
    });
    const { csi, nfs } = found.spec;
    this.#known.remember(volume.name, {
      path,
      isMounted: (csi ?? nfs) !== undefined && found.spec.volumeMode !== "Block",
    });
    return path;
  }

  /** Makes the file system behind a claim as large as the volume, where that has grown. */
  async #grow(pod: Pod, volume: Volume, objects: PodObjects): Promise<VolumeNews[]> {
    const named = claimOf(pod, volume);
    const claim = named && objects.claim(named.claimName);
    const { resourceVersion = "" } = claim?.metadata ?? {};
    if (claim === undefined || !isToGrow(claim) || this.#grown.get(volume.name) === resourceVersion) return [];
    const name = claim.spec.volumeName ?? "";
    try {
      const found = await this.#sources.persistentVolume(name);
      const storage = found?.spec.capacity?.storage;
      if (found === undefined || storage === undefined || named?.readOnly === true) return [];
      if (found.spec.csi !== undefined)
        await this.#csi.grow(pod, persistentVolume(found, false), Number(nanosOf(storage) / 1_000_000_000n));
      await this.#sources.grown(claim, storage);
      this.#grown.set(volume.name, resourceVersion);
      const message = `MountVolume.NodeExpandVolume succeeded for volume "${name}" ${pod.spec.nodeName}`;
      return [{ type: "Normal", reason: "FileSystemResizeSuccessful", message }];
    } catch (error) {
      const message = `NodeExpandVolume.NodeExpandVolume failed for volume "${name}" : ${(error as Error).message}`;
      return [{ type: "Warning", reason: "VolumeResizeFailed", message }];
    }
  }

  /** Unmounts and removes all. */
  async tearDown(): Promise<void> {
    await removeVolumes(this.#directory, { csi: this.#csi, images: this.#images });
    this.#paths.clear();
    this.#tokens.clear();
  }
}

const kindOf = (volume: Volume): string => Object.keys(volume).find((key) => key !== "name") ?? "none";
