/**
 * Which CSI volumes this node's pods have, and where: in the kubelet's directories, where drivers expect them. A record
 * is kept beside each mount (`vol_data.json`, as the kubelet has it), so that any later agent can undo it.
 */
import { existsSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../files/names-in.ts";
import { readJson } from "../files/read-json.ts";
import { writeWhole } from "../files/write-whole.ts";
import { isMountPoint } from "../mounts/mounts.ts";
import { sha256, type Wanted } from "./wanted-volume.ts";

export interface Published {
  readonly driverName: string;
  readonly volumeHandle: string;
  readonly specVolID: string;
  readonly volumeLifecycleMode: Wanted["mode"];
  readonly block: boolean;
  readonly staged: boolean;
  readonly attached: boolean;
  /** Publishing is complete, including the ownership of the volume's files. */
  readonly ready?: boolean;
  /** The driver wants it published periodically, to change its content. */
  readonly republished?: boolean;
}

const RECORD = "vol_data.json";
const PLUGIN = "kubernetes.io~csi";

export interface Found {
  readonly uid: string;
  /** The directory of the record and the mount. */
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
    return readJson(join(home, RECORD));
  }

  delete(home: string): void {
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

  /** Only removes empty directories: a mount that is still there would lose its files. */
  removeDirectories(uid: string): void {
    for (const directory of [join("volumes", PLUGIN), "volumes", ""])
      removeEmpty(join(this.#directory, "pods", uid, directory));
  }
}

export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Missing, or not empty.
  }
}

/** A directory alone may be left over from a reboot, or from a driver that failed. */
export const isThere = (target: string, block: boolean): boolean =>
  block
    ? statSync(target, { throwIfNoEntry: false })?.isBlockDevice() === true
    : existsSync(target) && isMountPoint(target);
