/** What a volume claim takes from a quota, and which quota scopes it is in. */
import type { PersistentVolumeClaim, ResourceQuotaSpec } from "../../../api/generated/core.v1.ts";
import { compareQuantities, formatQuantity, quantityOf, wholeUnits } from "../../../api/machinery/quantity.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { type Amounts, meets, scopeClauses } from "./pod-usage.ts";

export const OF_STORAGE_CLASS = ".storageclass.storage.k8s.io/";

export function claimUsage(claim: PersistentVolumeClaim): Amounts {
  const { spec, status } = claim;
  const usage: Amounts = { persistentvolumeclaims: "1" };
  const name = storageClassOf(claim);
  if (name) usage[`${name}${OF_STORAGE_CLASS}persistentvolumeclaims`] = "1";
  const requested = spec.resources?.requests?.storage;
  if (requested === undefined) return usage;
  const allocated = status.allocatedResources?.storage;
  const storage = wholeBytes(compareQuantities(allocated, requested) > 0 ? allocated : requested);
  usage["requests.storage"] = storage;
  if (name) usage[`${name}${OF_STORAGE_CLASS}requests.storage`] = storage;
  return usage;
}

function wholeBytes(text: string | number | undefined): string {
  const quantity = quantityOf(text);
  return formatQuantity({ ...quantity, nanos: wholeUnits(quantity) * 1_000_000_000n });
}

/** The classes that it has, should have and is being given: during a change of class it is in the scopes of all. */
const attributesClasses = ({ spec, status }: PersistentVolumeClaim): readonly string[] =>
  [
    spec.volumeAttributesClassName,
    status.currentVolumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name): name is string => name !== undefined && name !== "");

export function claimInScopes(claim: PersistentVolumeClaim, spec: ResourceQuotaSpec): boolean {
  const names = attributesClasses(claim);
  return scopeClauses(spec).every(
    ({ scopeName, operator, values }) =>
      scopeName === "VolumeAttributesClass" &&
      (names.length > 0 ? names : [undefined]).some((name) => meets(operator, values ?? [], name)),
  );
}
