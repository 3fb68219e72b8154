/**
 * Sets since when a volume is in its phase. In Kubernetes the kind's strategy does this, since it has a clock
 * (pkg/registry/core/persistentvolume/strategy.go).
 */
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const volumePhaseTime = defineResourcePlugin({
  name: "VolumePhaseTime",
  resources: ["persistentvolumes"],
  handles: ["UPDATE status"],
  mutate({ object: { status: next }, old: { status: before }, context: { now } }) {
    const { lastPhaseTransitionTime: known } = before;
    if (next.phase === before.phase) {
      if (known !== undefined) next.lastPhaseTransitionTime ??= known;
    } else if (next.lastPhaseTransitionTime === undefined || next.lastPhaseTransitionTime === known)
      next.lastPhaseTransitionTime = timestamp(now);
  },
});
