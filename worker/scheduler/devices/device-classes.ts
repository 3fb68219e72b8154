/** Extended resources that stand for devices (DRAExtendedResource): by a class's word, or by its name. */
import type { DeviceClass } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";

export const DEVICE_CLASSES = "deviceclasses.resource.k8s.io";

const OF_CLASS = "deviceclass.resource.kubernetes.io/";

type Class = Stored<DeviceClass>;

/** Where the classes are. */
interface Classes {
  get(resource: string, namespace: string, name: string): object | undefined;
  list(resource: string): Iterable<object>;
}

/** Of several that name the resource the youngest, and of equals the first by name: so one class can follow another. */
export function deviceClassOf(resource: string, classes: Classes): Class | undefined {
  if (resource.startsWith(OF_CLASS))
    return classes.get(DEVICE_CLASSES, "", resource.slice(OF_CLASS.length)) as Class | undefined;
  let found: Class | undefined;
  for (const each of classes.list(DEVICE_CLASSES) as Iterable<Class>)
    if (each.spec.extendedResourceName === resource && (!found || goesBefore(each, found))) found = each;
  return found;
}

/** Whether pods that ask for these may get devices of the class. */
export const standsFor = ({ metadata, spec }: Class, resources: ReadonlyMap<string, number>): boolean =>
  resources.has(`${OF_CLASS}${metadata.name}`) ||
  (spec.extendedResourceName !== undefined && resources.has(spec.extendedResourceName));

function goesBefore({ metadata: a }: Class, { metadata: b }: Class): boolean {
  const [one, other] = [Date.parse(a.creationTimestamp), Date.parse(b.creationTimestamp)];
  return one === other ? a.name < b.name : one > other;
}
