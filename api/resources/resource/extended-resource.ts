/** Extended resources that map to devices (DRAExtendedResource): by a class's field, or by its name. */
import type { DeviceClass } from "../../generated/resource.v1.ts";
import type { Stored } from "../../machinery/meta.ts";

export const DEVICE_CLASSES = "deviceclasses.resource.k8s.io";

/** The annotation of the claim that kube-scheduler creates for a pod's extended resources: "true". */
export const EXTENDED_CLAIM = "resource.kubernetes.io/extended-resource-claim";

type Class = Stored<DeviceClass>;

/** The resource name by which every class can be requested. */
export const implicitResource = (className: string): string => `deviceclass.resource.kubernetes.io/${className}`;

/**
 * Of several classes with the resource, the newest wins, and among equals the first by name, so that one class can
 * supersede another.
 */
export function deviceClassOf(resource: string, classes: Iterable<Class>): Class | undefined {
  let found: Class | undefined;
  for (const each of classes) {
    if (implicitResource(each.metadata.name) === resource) return each;
    if (each.spec.extendedResourceName === resource && (!found || goesBefore(each, found))) found = each;
  }
  return found;
}

/** Whether pods that request these may get devices of the class. */
export const standsFor = ({ metadata, spec }: Class, resources: ReadonlyMap<string, number>): boolean =>
  resources.has(implicitResource(metadata.name)) ||
  (spec.extendedResourceName !== undefined && resources.has(spec.extendedResourceName));

function goesBefore({ metadata: a }: Class, { metadata: b }: Class): boolean {
  const [one, other] = [Date.parse(a.creationTimestamp), Date.parse(b.creationTimestamp)];
  return one === other ? a.name < b.name : one > other;
}
