/** Which volumes of a pod its containers use: as with the kubelet, nobody waits for the others. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { allContainersOf } from "../pod-spec/containers.ts";

export interface UsedVolumes {
  readonly mounts: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
}

export function usedVolumes(pod: Pod): UsedVolumes {
  const containers = allContainersOf(pod).map(({ container }) => container);
  return {
    mounts: new Set(containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))),
    devices: new Set(containers.flatMap(({ volumeDevices = [] }) => volumeDevices.map(({ name }) => name))),
  };
}
