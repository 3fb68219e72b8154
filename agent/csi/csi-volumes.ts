/**
 * Volumes of CSI drivers: staged once per node, published for each pod, and undone in reverse order. What a pod has is
 * written down before the driver is called.
 */

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorMessage } from "../../api/error-message.ts";
import type { Pod, SecretReference } from "../../api/generated/core.v1.ts";
import type { CSIDriver } from "../../api/generated/storage.v1.ts";
import { InTurnByKey } from "../../api/in-turn.ts";
import { GrpcError } from "../grpc/grpc-error.ts";
import type { Logger } from "../logger.ts";
import type { DiskStats } from "../mounts/disk-stats.ts";
import { giveToPod } from "../mounts/ownership.ts";
import { VolumeError, VolumePending } from "../mounts/volume-error.ts";
import type { CsiDriver, CsiDrivers } from "./csi-drivers.ts";
import type { CsiSources } from "./csi-sources.ts";
import { isFinal } from "./final-error.ts";
import { podContext } from "./pod-context.ts";
import { isThere, type Published, PublishedVolumes, removeEmpty } from "./published-volumes.ts";
import { Republishing } from "./republishing.ts";
import { type Staged, Unstaging } from "./unstaging.ts";
import { diskStatsOf, type VolumeUsages } from "./volume-usage.ts";
import { capabilityOf, checkMode, givesToGroup, sha256, type Wanted } from "./wanted-volume.ts";

export interface CsiVolumesOptions {
  /** The kubelet's directory, as drivers see it. */
  readonly directory: string;
  readonly node: string;
  readonly drivers: CsiDrivers;
  readonly sources: CsiSources;
  /** The node's volumes in use have changed; settles when the API knows. */
  readonly onUse: () => Promise<void>;
  readonly log: Logger;
}

/** The kubelet's words for a driver that is not registered. */
const NO_CLIENT = "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client";

/** The CSI operations for a pod's volumes. */
export interface PodCsi {
  publish(pod: Pod, wanted: Wanted): Promise<string>;
  /** When some volume of the pod must be published again (ms), because its driver changes the content. */
  republishAt(uid: string): number | undefined;
  unpublish(uid: string): Promise<void>;
  /** Expands the file system of a published volume to the volume's current size (bytes). */
  grow(pod: Pod, wanted: Wanted, bytes: number): Promise<void>;
  /** Usage of each published volume of a pod, by volume name, if its driver reports it. */
  stats(uid: string): Promise<ReadonlyMap<string, DiskStats>>;
}

export class CsiVolumes implements PodCsi {
  readonly #options: CsiVolumesOptions;
  readonly #published: PublishedVolumes;
  readonly #unstaging: Unstaging;
  /** Staging and unstaging of a volume are serialised. */
  readonly #turns = new InTurnByKey<string>();
  readonly #republishing = new Republishing();

  constructor(options: CsiVolumesOptions) {
    this.#options = options;
    this.#published = new PublishedVolumes(options.directory);
    this.#unstaging = new Unstaging({
      directory: join(options.directory, "plugins/kubernetes.io/csi/.unstaging"),
      unstage: (volume) => this.#turns.run(volume.volumeHandle, () => this.#unstage(volume)),
      log: options.log,
    });
  }

  /** Continues what an earlier run of the agent has not finished. */
  open(): void {
    this.#unstaging.open();
  }

  close(): void {
    this.#unstaging.close();
  }

  /** The volumes that must not be detached, as named in the Node's status. */
  get inUse(): readonly string[] {
    const all = [...this.#published.all().map(({ record }) => record), ...this.#unstaging.all];
    const attached = all.filter((volume) => volume.attached);
    return [
      ...new Set(attached.map(({ driverName, volumeHandle }) => `kubernetes.io/csi/${driverName}^${volumeHandle}`)),
    ].sort();
  }

  /** The uids of pods with CSI volumes. */
  get uids(): readonly string[] {
    return [...new Set(this.#published.all().map(({ uid }) => uid))];
  }

  /** Returns its path on the machine. Fails with {@link VolumeError}. */
  async publish(pod: Pod, wanted: Wanted): Promise<string> {
    const { uid = "" } = pod.metadata;
    const home = this.#published.home(uid, wanted.name);
    const target = this.#published.target(uid, wanted);
    const known = this.#published.read(home);
    if (
      known?.ready === true &&
      isThere(target, wanted.block) &&
      !(known.republished && this.#republishing.isDue(home))
    )
      return target;
    const driver = this.#options.drivers.find(wanted.driver);
    if (driver === undefined)
      throw new VolumeError(
        `${NO_CLIENT}: driver name ${wanted.driver} not found in the list of registered CSI drivers`,
      );
    return this.#turns.run(wanted.handle, async () => {
      try {
        return await this.#publish(pod, wanted, driver);
      } catch (error) {
        if (error instanceof VolumeError) throw error;
        throw new VolumeError(error instanceof GrpcError ? error.words : errorMessage(error), { cause: error });
      }
    });
  }

  republishAt(uid: string): number | undefined {
    return this.#republishing.nextOf(uid);
  }

  async #publish(pod: Pod, wanted: Wanted, driver: CsiDriver): Promise<string> {
    const { sources, node, onUse } = this.#options;
    const object = await sources.driver(wanted.driver);
    checkMode(wanted, object);
    const { uid = "" } = pod.metadata;
    const home = this.#published.home(uid, wanted.name);
    const target = this.#published.target(uid, wanted);
    const known = this.#published.read(home);
    const isAgain = known?.ready === true && isThere(target, wanted.block);
    const republished = object?.spec.requiresRepublish === true;
    if (isAgain && !republished) {
      this.#republishing.delete(home);
      this.#published.write(home, { ...known, republished });
      return target;
    }
    // Whatever the outcome, the next time is later.
    if (republished) this.#republishing.begin(uid, home);
    const record = recordOf(wanted, driver, object);
    if (!isAgain) this.#published.write(home, record);
    // From now on nobody may detach it; or it no longer counts, if its driver has stopped requiring attachment.
    if (!isAgain && (record.attached || known?.attached === true)) await onUse();
    const group = pod.spec.securityContext?.fsGroup;
    const mountGroup = group !== undefined && driver.capabilities.has("VOLUME_MOUNT_GROUP") ? String(group) : "";
    const request = {
      volume_id: wanted.handle,
      publish_context: record.attached ? await this.#attached(wanted, node) : {},
      staging_target_path: record.staged ? this.#published.staging(wanted) : "",
      volume_capability: capabilityOf(wanted, driver, mountGroup),
      volume_context: wanted.attributes,
    };
    if (record.staged && !isAgain && (this.#unstaging.has(record) || !this.#isPublished(record, uid))) {
      await this.#stage(request, { wanted, driver }).catch((error: Error) => {
        // What was certainly not done need not be undone.
        if (isFinal(error)) this.#published.write(home, { ...record, staged: false });
        throw error;
      });
      this.#unstaging.delete(record);
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 });
    const podInfo = await podContext(pod, { mode: wanted.mode, driver: object, sources });
    await driver.call("NodePublishVolume", {
      ...request,
      target_path: target,
      readonly: wanted.readOnly,
      secrets: { ...(await this.#secrets(wanted.publishSecret)), ...podInfo.secrets },
      volume_context: { ...wanted.attributes, ...podInfo.context },
    });
    if (mountGroup === "" && !wanted.readOnly && givesToGroup(wanted, object) && !isAgain)
      await giveToPod(target, pod.spec.securityContext);
    this.#published.write(home, { ...record, ready: true });
    return target;
  }

  async #stage(
    request: Readonly<Record<string, unknown>> & { readonly staging_target_path: string },
    { wanted, driver }: { readonly wanted: Wanted; readonly driver: CsiDriver },
  ): Promise<void> {
    mkdirSync(request.staging_target_path, { recursive: true, mode: 0o750 });
    await driver.call("NodeStageVolume", { ...request, secrets: await this.#secrets(wanted.stageSecret) });
  }

  async grow(pod: Pod, wanted: Wanted, bytes: number): Promise<void> {
    const driver = this.#options.drivers.find(wanted.driver);
    if (driver === undefined || !driver.capabilities.has("EXPAND_VOLUME")) return;
    const staged = driver.capabilities.has("STAGE_UNSTAGE_VOLUME");
    await this.#turns.run(wanted.handle, async () =>
      driver.call("NodeExpandVolume", {
        volume_id: wanted.handle,
        volume_path: this.#published.target(pod.metadata.uid ?? "", wanted),
        capacity_range: { required_bytes: bytes },
        staging_target_path: staged ? this.#published.staging(wanted) : "",
        volume_capability: capabilityOf(wanted, driver, ""),
        secrets: await this.#secrets(wanted.expandSecret),
      }),
    );
  }

  async stats(uid: string): Promise<ReadonlyMap<string, DiskStats>> {
    const stats = new Map<string, DiskStats>();
    for (const { record } of this.#published.all().filter((found) => found.uid === uid)) {
      const driver = this.#options.drivers.find(record.driverName);
      if (!driver?.capabilities.has("GET_VOLUME_STATS")) continue;
      const requested = {
        volume_id: record.volumeHandle,
        volume_path: this.#published.target(uid, { name: record.specVolID, block: record.block }),
      };
      // A driver that does not answer reports nothing.
      const response = await driver.call("NodeGetVolumeStats", requested).catch(() => undefined);
      if (response !== undefined) stats.set(record.specVolID, diskStatsOf(response as VolumeUsages));
    }
    return stats;
  }

  async #attached({ driver, handle }: Wanted, node: string): Promise<Readonly<Record<string, string>>> {
    const attachment = await this.#options.sources.attachment(`csi-${sha256(`${handle}${driver}${node}`)}`);
    if (attachment?.status.attached === true && attachment.metadata.deletionTimestamp === undefined)
      return attachment.status.attachmentMetadata ?? {};
    const why = attachment?.status.attachError?.message;
    if (why !== undefined) throw new VolumeError(`volume ${handle} is not attached: ${why}`);
    throw new VolumePending(`volume ${handle} is not attached yet`);
  }

  async #secrets(reference: Required<SecretReference> | undefined): Promise<Readonly<Record<string, string>>> {
    return reference === undefined ? {} : this.#options.sources.secret(reference.namespace, reference.name);
  }

  /** Whether another pod uses the volume here, so that its driver has it staged. */
  #isPublished({ driverName, volumeHandle }: Published, uid: string): boolean {
    return this.#others({ driverName, volumeHandle }, uid).some(
      ({ uid: other, record }) =>
        record.ready === true &&
        record.staged &&
        isThere(this.#published.target(other, { name: record.specVolID, block: record.block }), record.block),
    );
  }

  #others({ driverName, volumeHandle }: Pick<Published, "driverName" | "volumeHandle">, uid: string) {
    return this.#published
      .all()
      .filter(
        (other) =>
          other.uid !== uid && other.record.volumeHandle === volumeHandle && other.record.driverName === driverName,
      );
  }

  /** Unpublishes all volumes of the pod. Fails if a driver fails, or is not there. */
  async unpublish(uid: string): Promise<void> {
    for (const { home, record } of this.#published.all().filter((found) => found.uid === uid))
      await this.#turns.run(record.volumeHandle, () => this.#unpublish(uid, home, record));
    this.#published.removeDirectories(uid);
  }

  async #unpublish(uid: string, home: string, record: Published): Promise<void> {
    const { drivers, onUse } = this.#options;
    const driver = drivers.find(record.driverName);
    if (driver === undefined)
      throw new Error(`CSI driver ${record.driverName} is not there to unmount ${record.specVolID}`);
    const target = this.#published.target(uid, { name: record.specVolID, block: record.block });
    await driver.call("NodeUnpublishVolume", { volume_id: record.volumeHandle, target_path: target });
    if (!record.block) removeEmpty(target);
    const isLast = this.#others(record, uid).length === 0;
    const { driverName, volumeHandle, specVolID, block, attached } = record;
    if (record.staged && isLast) this.#unstaging.begin({ driverName, volumeHandle, specVolID, block, attached });
    this.#published.delete(home);
    this.#republishing.delete(home);
    if (record.attached && !record.staged && isLast) await onUse();
  }

  async #unstage(volume: Staged): Promise<void> {
    const { drivers, onUse } = this.#options;
    // It is done already, or the volume is in use again: then that pod's end takes care of it.
    if (!this.#unstaging.has(volume) || this.#others(volume, "").length > 0) return;
    const { driverName, volumeHandle, specVolID, block, attached } = volume;
    const driver = drivers.find(driverName);
    if (driver === undefined) throw new Error(`CSI driver ${driverName} is not there`);
    const staging = this.#published.staging({ driver: driverName, handle: volumeHandle, name: specVolID, block });
    await driver.call("NodeUnstageVolume", { volume_id: volumeHandle, staging_target_path: staging });
    removeEmpty(staging);
    this.#unstaging.delete(volume);
    if (attached) await onUse();
  }
}

/** What a pod has once its volume is published. */
const recordOf = (wanted: Wanted, driver: CsiDriver, object: CSIDriver | undefined): Published => ({
  driverName: wanted.driver,
  volumeHandle: wanted.handle,
  specVolID: wanted.name,
  volumeLifecycleMode: wanted.mode,
  block: wanted.block,
  staged: wanted.mode === "Persistent" && driver.capabilities.has("STAGE_UNSTAGE_VOLUME"),
  attached: wanted.mode === "Persistent" && object?.spec.attachRequired !== false,
  ...(object?.spec.requiresRepublish === true ? { republished: true } : {}),
});
