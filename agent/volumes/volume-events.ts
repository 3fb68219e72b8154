/** The events of a pod about its volumes, in the kubelet's words. */
import type { VolumeUnprocessed } from "../mounts/volume-error.ts";

export interface VolumeEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: "FailedMount" | "AlreadyMountedVolume" | "FileSystemResizeSuccessful" | "VolumeResizeFailed";
  readonly message: string;
}

/** How long the kubelet waits. */
const LONG_MS = 123_000;

const failedMount = (message: string): VolumeEvent => ({ type: "Warning", reason: "FailedMount", message });

/** The first pod determines the group: the files belong to another one than this pod requests. */
export const ofAnotherGroup = (
  volume: string,
  { requested, has }: { requested: number; has: number },
): VolumeEvent => ({
  type: "Warning",
  reason: "AlreadyMountedVolume",
  message: `The requested fsGroup is ${requested}, but the volume ${volume} has GID ${has}. The volume may not be shareable.`,
});

export const setUpFailed = (volume: string, { message }: Error): VolumeEvent =>
  failedMount(`MountVolume.SetUp failed for volume "${volume}" : ${message}`);

const unableToMount = (missing: readonly string[], failed: readonly string[] = [], why = "context deadline exceeded") =>
  failedMount(
    `Unable to attach or mount volumes: unmounted volumes=[${missing.join(" ")}], unattached volumes=[], failed to process volumes=[${failed.join(" ")}]: ${why}`,
  );

export function unableToProcess(unprocessed: readonly VolumeUnprocessed[]): VolumeEvent {
  const names = unprocessed.map(({ volume }) => volume).sort();
  return unableToMount(names, names, unprocessed.map(({ message }) => message).join("; "));
}

/** Volumes that are being waited for are reported after a long time, and again each time that has passed once more. */
export class LongWait {
  #since: number | undefined;

  /** `missing` are those missing now. */
  eventOf(missing: readonly string[], now: number): VolumeEvent | undefined {
    const since = this.#since ?? now;
    const isLong = missing.length > 0 && now - since >= LONG_MS;
    this.#since = missing.length === 0 ? undefined : isLong ? now : since;
    return isLong ? unableToMount([...missing].sort()) : undefined;
  }
}
