/** What pods leave on the machine besides their containers: directories and mounts, claims, devices, logs. */
import { join } from "node:path";
import type { CsiVolumes } from "../csi/csi-volumes.ts";
import type { DeviceManager } from "../devices/device-manager.ts";
import type { PodClaims } from "../dra/pod-claims.ts";
import { namesIn } from "../files/names-in.ts";
import type { PodLogs } from "../logs/pod-logs.ts";
import type { ImageMounts } from "../volumes/image-mounts.ts";
import { removeVolumes } from "../volumes/remove-volumes.ts";
import type { VolumeMemory } from "../volumes/volume-memory.ts";

export interface PodRemainsOptions {
  readonly podsDirectory: string;
  readonly logs: Pick<PodLogs, "uids" | "remove">;
  readonly csi: Pick<CsiVolumes, "uids" | "unpublish">;
  readonly images: Pick<ImageMounts, "unmount">;
  readonly memory: Pick<VolumeMemory, "uids" | "remove">;
  readonly claims: Pick<PodClaims, "uids" | "unprepare">;
  readonly devices: Pick<DeviceManager, "uids" | "free">;
}

/** Anything else in these directories belongs to nobody, and is ignored. */
const UID = /^[\dA-Za-z-]+$/;

export class PodRemains {
  readonly #options: PodRemainsOptions;

  constructor(options: PodRemainsOptions) {
    this.#options = options;
  }

  /** Pods that have left something, or still use something. */
  get uids(): ReadonlySet<string> {
    const { podsDirectory, logs, csi, memory, claims, devices } = this.#options;
    const all = [...namesIn(podsDirectory), ...logs.uids, ...csi.uids, ...memory.uids, ...claims.uids, ...devices.uids];
    return new Set(all.filter((uid) => UID.test(uid)));
  }

  /** For a pod whose containers are gone. Fails if a driver fails, or is not there. */
  async remove(uid: string): Promise<void> {
    const { podsDirectory, logs, csi, images, memory, claims, devices } = this.#options;
    devices.free(uid);
    await removeVolumes(join(podsDirectory, uid), { csi, images, memory });
    await claims.unprepare(uid);
    logs.remove(uid);
  }
}
