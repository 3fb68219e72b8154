/**
 * Which volumes of CSI drivers the pods of this node have, and where: in the kubelet's directories, as drivers know
 * them. What a pod has is written beside its mount (`vol_data.json`, the kubelet's), so that any later agent can undo
 * it.
 */
import { existsSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../files/names-in.ts";
import { writeWhole } from "../files/write-whole.ts";
import { isMountPoint } from "../volumes/mounts.ts";
import { sha256, type Wanted } from "./wanted-volume.ts";

export interface Published {
  readonly driverName: string;
  readonly volumeHandle: string;
  readonly specVolID: string;
  readonly volumeLifecycleMode: Wanted["mode"];
  readonly block: boolean;
  readonly staged: boolean;
  readonly attached: boolean;
  /** All of it has been done, and the volume's files are the pod's group's. */
  readonly ready?: boolean;
  /** The driver wants it published over and over, to change what is in it. */
  readonly republished?: boolean;
}

const RECORD = "vol_data.json";
const PLUGIN = "kubernetes.io~csi";

export interface Found {
  readonly uid: string;
  /** Of the record and the mount. */
  readonly home: string;
  readonly record: Published;
}

export class PublishedVolumes {
  readonly #directory: string;

  /** `directory` is the kubelet's. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  home(uid: string, name: string): string {
    return join(this.#directory, "pods", uid, "volumes", PLUGIN, name);
  }

  target(uid: string, { name, block }: Pick<Wanted, "name" | "block">): string {
    return block
      ? join(this.#directory, "plugins/kubernetes.io/csi/volumeDevices/publish", name, uid)
      : join(this.home(uid, name), "mount");
  }

  staging({ driver, handle, name, block }: Pick<Wanted, "driver" | "handle" | "name" | "block">): string {
    const plugins = join(this.#directory, "plugins/kubernetes.io/csi");
    return block ? join(plugins, "volumeDevices/staging", name) : join(plugins, driver, sha256(handle), "globalmount");
  }

  write(home: string, record: Published): void {
    writeWhole(join(home, RECORD), JSON.stringify(record));
  }

  read(home: string): Published | undefined {
    try {
      return JSON.parse(readFileSync(join(home, RECORD), "utf8")) as Published;
    } catch {
      return undefined;
    }
  }

  forget(home: string): void {
    rmSync(join(home, RECORD), { force: true });
    removeEmpty(home);
  }

  all(): readonly Found[] {
    const pods = join(this.#directory, "pods");
    return namesIn(pods).flatMap((uid) =>
      namesIn(join(pods, uid, "volumes", PLUGIN)).flatMap((name) => {
        const home = this.home(uid, name);
        const record = this.read(home);
        return record === undefined ? [] : [{ uid, home, record }];
      }),
    );
  }

  /** Only what is empty: a mount that is still there would lose its files. */
  removeDirectories(uid: string): void {
    for (const directory of [join("volumes", PLUGIN), "volumes", ""])
      removeEmpty(join(this.#directory, "pods", uid, directory));
  }
}

export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not there, or not empty.
  }
}

/** A directory alone is what a reboot, or a driver that failed, leaves. */
export const isThere = (target: string, block: boolean): boolean =>
  block
    ? statSync(target, { throwIfNoEntry: false })?.isBlockDevice() === true
    : existsSync(target) && isMountPoint(target);
