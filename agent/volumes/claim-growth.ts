/** Whether the file system behind a claim is to grow on this node: the volume itself has grown already. */
import type { PersistentVolumeClaim } from "../../api/generated/core.v1.ts";

const WAITING = new Set(["NodeResizePending", "NodeResizeInProgress"]);

export const isToGrow = ({ status }: PersistentVolumeClaim): boolean =>
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
