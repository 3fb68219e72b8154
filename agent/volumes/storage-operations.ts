/** How long the node took to mount and unmount volumes, by the kubelet's names of their kinds. */
import type { PersistentVolumeSpec, Volume } from "../../api/generated/core.v1.ts";
import { Histogram } from "../../api/metrics/histogram.ts";

export type StorageOperationName = "volume_mount" | "volume_unmount";

export interface StorageOperation {
  readonly plugin: string;
  readonly operation: StorageOperationName;
  readonly status: "success" | "fail-unknown";
  readonly seconds: Histogram;
}

/** The kubelet's bounds, in seconds. */
const BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

/** Of kinds whose name differs from their field's. */
const NAMES: Readonly<Record<string, string>> = {
  downwardAPI: "downward-api",
  emptyDir: "empty-dir",
  hostPath: "host-path",
  local: "local-volume",
};

const KINDS = ["configMap", "secret", "downwardAPI", "projected", "emptyDir", "hostPath", "nfs", "local", "image"];

/** Of the PersistentVolume for a claim. */
export function storagePlugin(source: Volume | PersistentVolumeSpec): string {
  if (source.csi !== undefined) return `kubernetes.io/csi:${source.csi.driver}`;
  const kind = KINDS.find((each) => each in source) ?? "none";
  return `kubernetes.io/${NAMES[kind] ?? kind.toLowerCase()}`;
}

export class StorageOperations {
  readonly #all = new Map<string, StorageOperation>();

  took(seconds: number, { plugin, operation, status }: Omit<StorageOperation, "seconds">): void {
    const key = `${plugin} ${operation} ${status}`;
    const known = this.#all.get(key) ?? { plugin, operation, status, seconds: new Histogram(BOUNDS) };
    known.seconds.observe(seconds);
    this.#all.set(key, known);
  }

  get all(): readonly StorageOperation[] {
    return [...this.#all.values()];
  }
}
