/** What pods leave on the machine besides their containers: directories and mounts, claims, devices, logs. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CsiVolumes } from "../csi/csi-volumes.ts";
import type { DeviceManager } from "../devices/device-manager.ts";
import type { PodClaims } from "../dra/pod-claims.ts";
import { namesIn } from "../files/names-in.ts";
import type { ImageMounts } from "../volumes/image-mounts.ts";
import { removeVolumes } from "../volumes/remove-volumes.ts";
import type { VolumeMemory } from "../volumes/volume-memory.ts";

export interface PodRemainsOptions {
  readonly podsDirectory: string;
  readonly logsDirectory: string;
  readonly csi: Pick<CsiVolumes, "uids" | "unpublish">;
  readonly images: Pick<ImageMounts, "unmount">;
  readonly memory: Pick<VolumeMemory, "uids" | "remove">;
  readonly claims: Pick<PodClaims, "uids" | "unprepare">;
  readonly devices: Pick<DeviceManager, "uids" | "free">;
}

/** Anything else in these directories belongs to nobody, and is ignored. */
const UID = /^[\dA-Za-z-]+$/;
/** NAMESPACE_NAME_UID, of which no part contains an underscore. */
const uidOfLogs = (name: string): string => /^[^_]+_[^_]+_([^_]+)$/.exec(name)?.[1] ?? "";

export class PodRemains {
  readonly #options: PodRemainsOptions;

  constructor(options: PodRemainsOptions) {
    this.#options = options;
  }

  /** Pods of which something is left or still in use. */
  get uids(): ReadonlySet<string> {
    const { podsDirectory, logsDirectory, csi, memory, claims, devices } = this.#options;
    const logs = namesIn(logsDirectory).map(uidOfLogs);
    const all = [...namesIn(podsDirectory), ...logs, ...csi.uids, ...memory.uids, ...claims.uids, ...devices.uids];
    return new Set(all.filter((uid) => UID.test(uid)));
  }

  /** For a pod whose containers are gone. Fails if a driver fails, or is not there. */
  async remove(uid: string): Promise<void> {
    const { podsDirectory, logsDirectory, csi, images, memory, claims, devices } = this.#options;
    devices.free(uid);
    await removeVolumes(join(podsDirectory, uid), { csi, images, memory });
    await claims.unprepare(uid);
    for (const name of namesIn(logsDirectory))
      if (uidOfLogs(name) === uid) rmSync(join(logsDirectory, name), { recursive: true, force: true });
  }
}
