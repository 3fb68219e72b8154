/** What a device claim takes from a quota: the worst case, since it is not known what it will be allocated. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type {
  DeviceClass,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
} from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { addQuantities, formatQuantity, quantityOf } from "../../../api/machinery/quantity.ts";
import { deviceClassOf, EXTENDED_CLAIM, implicitResource } from "../../../api/resources/resource/extended-resource.ts";
import { type Amounts, podUsage } from "./pod-usage.ts";

export const OF_DEVICE_CLASS = ".deviceclass.resource.k8s.io/devices";
/** The most that a claim for all devices can get: the maximum number of results in an allocation. */
const MAX_DEVICES = 32;

/** What must be known besides the claim. */
export interface DeviceContext {
  readonly classes: Iterable<Stored<DeviceClass>>;
  readonly pod: (name: string) => Pod | undefined;
  /** Claims owned by the pod. */
  readonly ownedBy: (podUid: string) => readonly ResourceClaim[];
}

type Request = Pick<ExactDeviceRequest | DeviceSubRequest, "allocationMode" | "count">;

const devicesOf = ({ allocationMode = "ExactCount", count = 1 }: Request): number => {
  if (allocationMode === "All") return MAX_DEVICES;
  return allocationMode === "ExactCount" ? count : 0;
};

/** By class, and by the extended resources that map to it. */
export function deviceUsage(claim: ResourceClaim, context: DeviceContext): Amounts {
  const total = new Map<string, number>();
  const charge = (className: string, devices: number) => total.set(className, (total.get(className) ?? 0) + devices);
  for (const { exactly, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
    const worst = new Map<string, number>();
    for (const each of firstAvailable)
      worst.set(each.deviceClassName, Math.max(worst.get(each.deviceClassName) ?? 0, devicesOf(each)));
    for (const [className, devices] of worst) charge(className, devices);
    if (firstAvailable.length === 0 && exactly) charge(exactly.deviceClassName, devicesOf(exactly));
  }
  const ofClasses = [...total].map(([className, devices]) => [`${className}${OF_DEVICE_CLASS}`, `${devices}`]);
  return Object.fromEntries([...ofClasses, ...extendedUsage(claim, total, context)]);
}

/** Whether claims count against the quota on requests of that name. */
export const countsDevices = (name: string, classes: Iterable<Stored<DeviceClass>>): boolean =>
  name.startsWith("requests.") && deviceClassOf(name.slice("requests.".length), classes) !== undefined;

/** What the claim takes beyond what its pod is charged for already. */
function extendedUsage(
  claim: ResourceClaim,
  total: ReadonlyMap<string, number>,
  context: DeviceContext,
): [string, string][] {
  const explicit = new Map(
    [...context.classes].map(({ metadata, spec }) => [metadata.name, spec.extendedResourceName]),
  );
  const charged = chargedToPod(claim, context);
  return [...total].flatMap(([className, devices]) =>
    [implicitResource(className), explicit.get(className)].flatMap((resource): [string, string][] => {
      if (resource === undefined) return [];
      const name = `requests.${resource}`;
      const { nanos, format } = quantityOf(charged[name] ?? "0");
      const left = addQuantities(quantityOf(`${devices}`), { nanos: -nanos, format });
      return left.nanos > 0n ? [[name, formatQuantity(left)]] : [];
    }),
  );
}

/**
 * A claim names the extended resources it is for. This is verified, so that nobody evades a quota by the claim alone.
 */
function chargedToPod({ metadata }: ResourceClaim, { pod: podOf, ownedBy }: DeviceContext): Amounts {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (metadata.annotations?.[EXTENDED_CLAIM] !== "true" || owner?.kind !== "Pod" || owner.apiVersion !== "v1")
    return {};
  const pod = podOf(owner.name);
  if (!pod || pod.metadata.uid !== owner.uid) return {};
  const claimName = pod.status.extendedResourceClaimStatus?.resourceClaimName;
  const isIts = claimName === undefined ? isFirst(metadata, ownedBy(owner.uid)) : claimName === metadata.name;
  return isIts ? podUsage(pod) : {};
}

/** The first among claims that name the same. */
function isFirst({ name = "", creationTimestamp = "" }: ResourceClaim["metadata"], others: readonly ResourceClaim[]) {
  return !others.some(({ metadata: { annotations, ...other } }) => {
    if (annotations?.[EXTENDED_CLAIM] !== "true") return false;
    const age = Date.parse(other.creationTimestamp ?? "") - Date.parse(creationTimestamp);
    // A claim that is not stored yet is younger than all that are.
    if (Number.isNaN(age)) return other.name !== name;
    return age < 0 || (age === 0 && (other.name ?? "") < name);
  });
}
