/**
 * The health of devices of a pod's main containers, from plugins or claims. The kubelet reports no other containers'.
 */
import type { Pod, ResourceStatus } from "../../../api/generated/core.v1.ts";
import type { DeviceManager } from "../../devices/device-manager.ts";
import type { PodClaims } from "../../dra/pod-claims.ts";

export interface GivenDevices {
  readonly devices: Pick<DeviceManager, "healthOf">;
  readonly claims: Pick<PodClaims, "healthOf">;
}

/** By container name. */
export function deviceHealth(
  pod: Pod,
  { devices, claims }: GivenDevices,
): ReadonlyMap<string, readonly ResourceStatus[]> {
  const { uid = "" } = pod.metadata;
  return new Map(
    pod.spec.containers.map((container) => [
      container.name,
      [...devices.healthOf(uid, container), ...claims.healthOf(pod, container)],
    ]),
  );
}
