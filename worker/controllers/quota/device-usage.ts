/** What a claim for devices takes of a quota: at worst, as it is not known what it will get. */
import type { DeviceSubRequest, ExactDeviceRequest, ResourceClaim } from "../../../api/generated/resource.v1.ts";
import type { Amounts } from "./pod-usage.ts";

export const OF_DEVICE_CLASS = ".deviceclass.resource.k8s.io/devices";
/** What a claim that asks for all devices can get: as many results an allocation has. */
const MOST = 32;

type Request = Pick<ExactDeviceRequest | DeviceSubRequest, "allocationMode" | "count">;

const devicesOf = ({ allocationMode = "ExactCount", count = 1 }: Request): number => {
  if (allocationMode === "All") return MOST;
  return allocationMode === "ExactCount" ? count : 0;
};

export function deviceUsage({ spec }: ResourceClaim): Amounts {
  const total = new Map<string, number>();
  const charge = (className: string, devices: number) => total.set(className, (total.get(className) ?? 0) + devices);
  for (const { exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const worst = new Map<string, number>();
    for (const each of firstAvailable)
      worst.set(each.deviceClassName, Math.max(worst.get(each.deviceClassName) ?? 0, devicesOf(each)));
    for (const [className, devices] of worst) charge(className, devices);
    if (firstAvailable.length === 0 && exactly) charge(exactly.deviceClassName, devicesOf(exactly));
  }
  return Object.fromEntries([...total].map(([className, devices]) => [`${className}${OF_DEVICE_CLASS}`, `${devices}`]));
}
