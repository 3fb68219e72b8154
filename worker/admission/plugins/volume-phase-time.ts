/**
 * Sets since when a volume is in its phase. In Kubernetes the kind's strategy does this, since it has a clock
 * (pkg/registry/core/persistentvolume/strategy.go).
 */
import type { PersistentVolume } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const volumePhaseTime: AdmissionPlugin = {
  name: "VolumePhaseTime",
  handles: ({ operation, subresource, object }) =>
    operation === "UPDATE" && subresource === "status" && object?.kind === "PersistentVolume",
  mutate({ object, old, context: { now } }) {
    const next = (object as PersistentVolume).status;
    const before = (old as PersistentVolume | undefined)?.status;
    const { lastPhaseTransitionTime: known } = before ?? {};
    if (next.phase === before?.phase) {
      if (known !== undefined) next.lastPhaseTransitionTime ??= known;
    } else if (next.lastPhaseTransitionTime === undefined || next.lastPhaseTransitionTime === known)
      next.lastPhaseTransitionTime = timestamp(now);
  },
};
