/** Extended resources that stand for devices (DRAExtendedResource): by a class's word, or by its name. */
import type { DeviceClass } from "../../generated/resource.v1.ts";
import type { Stored } from "../../machinery/meta.ts";

export const DEVICE_CLASSES = "deviceclasses.resource.k8s.io";

/** Of the claim that kube-scheduler makes for a pod's extended resources: "true". */
export const EXTENDED_CLAIM = "resource.kubernetes.io/extended-resource-claim";

type Class = Stored<DeviceClass>;

/** What every class can be asked for by. */
export const implicitResource = (className: string): string => `deviceclass.resource.kubernetes.io/${className}`;

/** Of several that name the resource the youngest, and of equals the first by name: so one class can follow another. */
export function deviceClassOf(resource: string, classes: Iterable<Class>): Class | undefined {
  let found: Class | undefined;
  for (const each of classes) {
    if (implicitResource(each.metadata.name) === resource) return each;
    if (each.spec.extendedResourceName === resource && (!found || goesBefore(each, found))) found = each;
  }
  return found;
}

/** Whether pods that ask for these may get devices of the class. */
export const standsFor = ({ metadata, spec }: Class, resources: ReadonlyMap<string, number>): boolean =>
  resources.has(implicitResource(metadata.name)) ||
  (spec.extendedResourceName !== undefined && resources.has(spec.extendedResourceName));

function goesBefore({ metadata: a }: Class, { metadata: b }: Class): boolean {
  const [one, other] = [Date.parse(a.creationTimestamp), Date.parse(b.creationTimestamp)];
  return one === other ? a.name < b.name : one > other;
}
