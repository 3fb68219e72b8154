/** Makes the file system behind a claim as large as its volume, where that has grown already. */
import type { PersistentVolumeClaim, Pod } from "../../api/generated/core.v1.ts";
import type { PodCsi } from "../csi/csi-volumes.ts";
import { persistentVolume } from "../csi/wanted-volume.ts";
import { nanosOf } from "../pod/qos.ts";
import type { ClaimSources } from "./claim.ts";
import type { VolumeNews } from "./mount-news.ts";

const WAITING = new Set(["NodeResizePending", "NodeResizeInProgress"]);

const isToGrow = ({ status }: PersistentVolumeClaim): boolean =>
  (status.conditions ?? []).some((each) => each.type === "FileSystemResizePending" && each.status === "True") ||
  WAITING.has(status.allocatedResourceStatuses?.storage ?? "");

/** A strategic merge patch of the claim's status. */
export const grownStatus = (storage: string | number) => ({
  status: {
    capacity: { storage },
    allocatedResourceStatuses: { storage: null },
    conditions: ["FileSystemResizePending", "Resizing"].map((type) => ({ type, $patch: "delete" })),
  },
});

export class ClaimGrowth {
  readonly #sources: ClaimSources;
  readonly #csi: PodCsi;
  /** The claim's revision that its file system has grown for, by the claim's name. */
  readonly #grown = new Map<string, string>();

  constructor({ sources, csi }: { readonly sources: ClaimSources; readonly csi: PodCsi }) {
    this.#sources = sources;
    this.#csi = csi;
  }

  async grow(pod: Pod, claim: PersistentVolumeClaim): Promise<VolumeNews | undefined> {
    const { name: claimName = "", resourceVersion = "" } = claim.metadata;
    if (!isToGrow(claim) || this.#grown.get(claimName) === resourceVersion) return undefined;
    const name = claim.spec.volumeName ?? "";
    try {
      const found = await this.#sources.persistentVolume(name);
      const storage = found?.spec.capacity?.storage;
      if (found === undefined || storage === undefined) return undefined;
      if (found.spec.csi !== undefined)
        await this.#csi.grow(pod, persistentVolume(found, false), Number(nanosOf(storage) / 1_000_000_000n));
      await this.#sources.grown(claim, storage);
      this.#grown.set(claimName, resourceVersion);
      const message = `MountVolume.NodeExpandVolume succeeded for volume "${name}" ${pod.spec.nodeName}`;
      return { type: "Normal", reason: "FileSystemResizeSuccessful", message };
    } catch (error) {
      const message = `NodeExpandVolume.NodeExpandVolume failed for volume "${name}" : ${(error as Error).message}`;
      return { type: "Warning", reason: "VolumeResizeFailed", message };
    }
  }
}
