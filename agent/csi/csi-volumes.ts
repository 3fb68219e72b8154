/**
 * Volumes of CSI drivers: staged once on the node, published for each pod, taken away in the opposite order. What a pod has is
 * written beside its mounts before the driver is called, as the kubelet writes it (`vol_data.json`), so that any later agent can
 * undo it.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PersistentVolume, Pod, SecretReference, Volume } from "../../api/generated/core.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../api/generated/storage.v1.ts";
import { isMountPoint } from "../volumes/mounts.ts";
import { giveToGroup } from "../volumes/ownership.ts";
import { VolumeError, VolumePending } from "../volumes/payload.ts";
import type { CsiDriver, CsiDrivers } from "./csi-drivers.ts";

/** What is asked of the API. */
export interface CsiSources {
  driver(name: string): Promise<CSIDriver | undefined>;
  attachment(name: string): Promise<VolumeAttachment | undefined>;
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>>>;
  /** A token for the pod. */
  token(
    pod: Pod,
    request: { readonly audience: string | undefined; readonly expirationSeconds: number },
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
}

export interface CsiVolumesOptions {
  /** The kubelet's, as drivers see it. */
  readonly directory: string;
  readonly node: string;
  readonly drivers: CsiDrivers;
  readonly sources: CsiSources;
  /** The node uses other volumes than before; settles when the API knows. */
  readonly onUse: () => Promise<void>;
}

/** Beside the mount of a pod's volume. */
interface Published {
  readonly driverName: string;
  readonly volumeHandle: string;
  readonly specVolID: string;
  readonly volumeLifecycleMode: "Persistent" | "Ephemeral";
  readonly block: boolean;
  readonly staged: boolean;
  readonly attached: boolean;
}

/** A volume as some pod wants it. */
interface Wanted {
  readonly driver: string;
  readonly handle: string;
  /** Of the PersistentVolume, or the pod's own name for it. */
  readonly name: string;
  readonly mode: Published["volumeLifecycleMode"];
  readonly block: boolean;
  readonly accessMode: string;
  readonly fsType: string;
  readonly mountFlags: readonly string[];
  readonly readOnly: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly stageSecret: Required<SecretReference> | undefined;
  readonly publishSecret: Required<SecretReference> | undefined;
}

const RECORD = "vol_data.json";
const PLUGIN = "kubernetes.io~csi";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "SINGLE_NODE_WRITER",
  ReadOnlyMany: "MULTI_NODE_READER_ONLY",
  ReadWriteMany: "MULTI_NODE_MULTI_WRITER",
  ReadWriteOncePod: "SINGLE_NODE_SINGLE_WRITER",
};

const secretOf = (reference: SecretReference | undefined): Required<SecretReference> | undefined =>
  reference?.name ? { name: reference.name, namespace: reference.namespace ?? "" } : undefined;

export function persistentVolume({ metadata, spec }: PersistentVolume, readOnly: boolean): Wanted {
  if (spec.csi === undefined) throw new VolumeError(`persistentvolume "${metadata.name}" is of no CSI driver`);
  const { csi } = spec;
  return {
    driver: csi.driver,
    handle: csi.volumeHandle,
    name: metadata.name ?? "",
    mode: "Persistent",
    block: spec.volumeMode === "Block",
    accessMode: spec.accessModes?.[0] ?? "ReadWriteOnce",
    fsType: csi.fsType ?? "",
    mountFlags: spec.mountOptions ?? [],
    readOnly: readOnly || csi.readOnly === true,
    attributes: csi.volumeAttributes ?? {},
    stageSecret: secretOf(csi.nodeStageSecretRef),
    publishSecret: secretOf(csi.nodePublishSecretRef),
  };
}

export function inlineVolume(pod: Pod, { name, csi }: Volume): Wanted {
  if (csi === undefined) throw new VolumeError(`volume "${name}" is of no CSI driver`);
  const { namespace = "", uid = "" } = pod.metadata;
  return {
    driver: csi.driver,
    handle: `csi-${sha256(`${uid}${name}`)}`,
    name,
    mode: "Ephemeral",
    block: false,
    accessMode: "ReadWriteOnce",
    fsType: csi.fsType ?? "",
    mountFlags: [],
    readOnly: csi.readOnly === true,
    attributes: csi.volumeAttributes ?? {},
    stageSecret: undefined,
    publishSecret: secretOf(csi.nodePublishSecretRef && { ...csi.nodePublishSecretRef, namespace }),
  };
}

/** What a pod's volumes ask of the drivers. */
export interface PodCsi {
  publish(pod: Pod, wanted: Wanted): Promise<string>;
  unpublish(uid: string): Promise<void>;
}

export class CsiVolumes implements PodCsi {
  readonly #options: CsiVolumesOptions;
  /** Stages and unstages of one volume come one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: CsiVolumesOptions) {
    this.#options = options;
  }

  /** The volumes that must not be detached, as the Node's status names them. */
  get inUse(): readonly string[] {
    const attached = this.#records().filter(({ record }) => record.attached);
    return [
      ...new Set(attached.map(({ record }) => `kubernetes.io/csi/${record.driverName}^${record.volumeHandle}`)),
    ].sort();
  }

  /** Answers where it is on the machine. Fails with {@link VolumeError}. */
  async publish(pod: Pod, wanted: Wanted): Promise<string> {
    const driver = this.#options.drivers.find(wanted.driver);
    if (driver === undefined)
      throw new VolumeError(`driver name ${wanted.driver} not found in the list of registered CSI drivers`);
    return this.#inTurn(wanted.handle, async () => {
      try {
        return await this.#publish(pod, wanted, driver);
      } catch (error) {
        if (error instanceof VolumeError) throw error;
        throw new VolumeError((error as Error).message, { cause: error });
      }
    });
  }

  async #publish(pod: Pod, wanted: Wanted, driver: CsiDriver): Promise<string> {
    const { sources, node, onUse } = this.#options;
    const object = await sources.driver(wanted.driver);
    checkMode(wanted, object);
    const { uid = "" } = pod.metadata;
    const home = this.#home(uid, wanted.name);
    const target = this.#target(uid, wanted);
    const file = join(home, RECORD);
    const done = readRecord(file);
    if (done !== undefined && isThere(target, wanted.block)) return target;
    const attached = wanted.mode === "Persistent" && object?.spec.attachRequired !== false;
    const staged = wanted.mode === "Persistent" && driver.capabilities.has("STAGE_UNSTAGE_VOLUME");
    const record: Published = {
      driverName: wanted.driver,
      volumeHandle: wanted.handle,
      specVolID: wanted.name,
      volumeLifecycleMode: wanted.mode,
      block: wanted.block,
      staged,
      attached,
    };
    mkdirSync(home, { recursive: true, mode: 0o750 });
    writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
    // Nobody may detach it from now on.
    if (attached) await onUse();
    const context = attached ? await this.#attached(wanted, node) : {};
    const group = pod.spec.securityContext?.fsGroup;
    const mountGroup = group !== undefined && driver.capabilities.has("VOLUME_MOUNT_GROUP") ? String(group) : "";
    const capability = capabilityOf(wanted, driver, mountGroup);
    const staging = staged ? this.#staging(wanted) : "";
    if (staged) {
      mkdirSync(staging, { recursive: true, mode: 0o750 });
      await driver.call("NodeStageVolume", {
        volume_id: wanted.handle,
        publish_context: context,
        staging_target_path: staging,
        volume_capability: capability,
        secrets: await this.#secrets(wanted.stageSecret),
        volume_context: wanted.attributes,
      });
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 });
    await driver.call("NodePublishVolume", {
      volume_id: wanted.handle,
      publish_context: context,
      staging_target_path: staging,
      target_path: target,
      volume_capability: capability,
      readonly: wanted.readOnly,
      secrets: await this.#secrets(wanted.publishSecret),
      volume_context: { ...wanted.attributes, ...(await this.#podContext(pod, wanted, object)) },
    });
    if (group !== undefined && mountGroup === "" && !wanted.readOnly && givesToGroup(wanted, object))
      giveToGroup(target, group);
    return target;
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

  /** What a driver asks to be told of the pod. */
  async #podContext(pod: Pod, { mode }: Wanted, object: CSIDriver | undefined): Promise<Record<string, string>> {
    const { name = "", namespace = "", uid = "" } = pod.metadata;
    const key = (word: string) => `csi.storage.k8s.io/${word}`;
    const told: Record<string, string> = {};
    if (object?.spec.podInfoOnMount === true) {
      told[key("pod.name")] = name;
      told[key("pod.namespace")] = namespace;
      told[key("pod.uid")] = uid;
      told[key("serviceAccount.name")] = pod.spec.serviceAccountName ?? "";
      told[key("ephemeral")] = String(mode === "Ephemeral");
    }
    const tokens: Record<string, { readonly token: string; readonly expirationTimestamp: string }> = {};
    for (const { audience = "", expirationSeconds = 3600 } of object?.spec.tokenRequests ?? []) {
      const { token, expiresAt } = await this.#options.sources.token(pod, { audience, expirationSeconds });
      tokens[audience] = { token, expirationTimestamp: expiresAt };
    }
    if (Object.keys(tokens).length > 0) told[key("serviceAccount.tokens")] = JSON.stringify(tokens);
    return told;
  }

  /** All volumes of the pod, and what nobody else on the node uses of them. Fails where a driver does not let go, or is not there. */
  async unpublish(uid: string): Promise<void> {
    for (const { home, record } of this.#records().filter((found) => found.uid === uid))
      await this.#inTurn(record.volumeHandle, () => this.#unpublish(uid, home, record));
    // Only what is empty: a mount that is still there would lose its files.
    for (const directory of [join("volumes", PLUGIN), "volumes", ""])
      removeEmpty(join(this.#options.directory, "pods", uid, directory));
  }

  async #unpublish(uid: string, home: string, record: Published): Promise<void> {
    const { drivers, onUse } = this.#options;
    const driver = drivers.find(record.driverName);
    if (driver === undefined)
      throw new Error(`CSI driver ${record.driverName} is not there to unmount ${record.specVolID}`);
    const target = this.#target(uid, { name: record.specVolID, block: record.block });
    await driver.call("NodeUnpublishVolume", { volume_id: record.volumeHandle, target_path: target });
    const isLast = !this.#records().some(
      (other) =>
        other.uid !== uid &&
        other.record.volumeHandle === record.volumeHandle &&
        other.record.driverName === record.driverName,
    );
    if (record.staged && isLast) {
      const staging = this.#staging({
        driver: record.driverName,
        handle: record.volumeHandle,
        name: record.specVolID,
        block: record.block,
      });
      await driver.call("NodeUnstageVolume", { volume_id: record.volumeHandle, staging_target_path: staging });
      removeEmpty(staging);
    }
    if (!record.block) removeEmpty(target);
    rmSync(join(home, RECORD), { force: true });
    removeEmpty(home);
    if (record.attached && isLast) await onUse();
  }

  #home(uid: string, name: string): string {
    return join(this.#options.directory, "pods", uid, "volumes", PLUGIN, name);
  }

  #target(uid: string, { name, block }: Pick<Wanted, "name" | "block">): string {
    return block
      ? join(this.#options.directory, "plugins/kubernetes.io/csi/volumeDevices/publish", name, uid)
      : join(this.#home(uid, name), "mount");
  }

  #staging({ driver, handle, name, block }: Pick<Wanted, "driver" | "handle" | "name" | "block">): string {
    const plugins = join(this.#options.directory, "plugins/kubernetes.io/csi");
    return block ? join(plugins, "volumeDevices/staging", name) : join(plugins, driver, sha256(handle), "globalmount");
  }

  #records(): { readonly uid: string; readonly home: string; readonly record: Published }[] {
    const pods = join(this.#options.directory, "pods");
    return namesIn(pods).flatMap((uid) =>
      namesIn(join(pods, uid, "volumes", PLUGIN)).flatMap((name) => {
        const home = this.#home(uid, name);
        const record = readRecord(join(home, RECORD));
        return record === undefined ? [] : [{ uid, home, record }];
      }),
    );
  }

  #inTurn<T>(handle: string, job: () => Promise<T>): Promise<T> {
    const done = (this.#turns.get(handle) ?? Promise.resolve()).then(job);
    const settled = done.catch(() => {});
    this.#turns.set(handle, settled);
    void settled.then(() => {
      if (this.#turns.get(handle) === settled) this.#turns.delete(handle);
    });
    return done;
  }
}

function checkMode({ mode, driver }: Wanted, object: CSIDriver | undefined): void {
  const modes = object?.spec.volumeLifecycleModes ?? ["Persistent"];
  if (!modes.includes(mode))
    throw new VolumeError(
      `volume mode "${mode}" not supported by driver ${driver} (only supports ${JSON.stringify(modes)})`,
    );
}

function capabilityOf(wanted: Wanted, { capabilities }: CsiDriver, group: string) {
  const { accessMode, block, fsType, mountFlags } = wanted;
  const fine = capabilities.has("SINGLE_NODE_MULTI_WRITER");
  const mode = accessMode === "ReadWriteOncePod" && !fine ? "SINGLE_NODE_WRITER" : MODES[accessMode];
  const precise = accessMode === "ReadWriteOnce" && fine ? "SINGLE_NODE_MULTI_WRITER" : mode;
  return {
    ...(block ? { block: {} } : { mount: { fs_type: fsType, mount_flags: mountFlags, volume_mount_group: group } }),
    access_mode: { mode: precise ?? "UNKNOWN" },
  };
}

function givesToGroup({ block, fsType, accessMode }: Wanted, object: CSIDriver | undefined): boolean {
  const policy = object?.spec.fsGroupPolicy ?? "ReadWriteOnceWithFSType";
  if (block || policy === "None") return false;
  return policy === "File" || (fsType !== "" && accessMode.startsWith("ReadWriteOnce"));
}

/** A directory alone is what a reboot, or a driver that failed, leaves. */
const isThere = (target: string, block: boolean): boolean =>
  block
    ? statSync(target, { throwIfNoEntry: false })?.isBlockDevice() === true
    : existsSync(target) && isMountPoint(target);

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

function readRecord(file: string): Published | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Published;
  } catch {
    return undefined;
  }
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not there, or not empty.
  }
}
