/** Maps from resource names to quantities, and the meaning of the names. */
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { canonicalQuantity, isWhole, type QuantityText, quantityOf, roundedToMilli } from "../../machinery/quantity.ts";

export type ResourceList = Record<string, QuantityText>;

/** In every resource list, Kubernetes rounds up to thousandths. */
export function roundResources(list: ResourceList | undefined): void {
  for (const name in list) list[name] = roundedToMilli(list[name] ?? "0");
}

export const isHugePages = (name: string): boolean => name.startsWith("hugepages-");

/** A name without a domain, or one of kubernetes.io. */
export const isNative = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");

/** A name in a custom domain: `example.com/gpu`. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith("requests.") && qualifiedName(`requests.${name}`).length === 0;

/** Whether a container's request may be lower than its limit. */
export const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

const CONTAINER_RESOURCES: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** Resources that quotas can limit: amounts of compute and storage, and numbers of objects. */
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.storage",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "persistentvolumeclaims",
  "configmaps",
  "services.nodeports",
  "services.loadbalancers",
]);

export const isStandardResource = (name: string): boolean =>
  QUOTA_RESOURCES.has(name) || name === "storage" || isHugePages(name) || isRequestOfHugePages(name);

export const isStandardContainerResource = (name: string): boolean =>
  CONTAINER_RESOURCES.includes(name) || isHugePages(name);

export const isStandardQuotaResource = (name: string): boolean =>
  QUOTA_RESOURCES.has(name) || isHugePages(name) || isRequestOfHugePages(name);

const isRequestOfHugePages = (name: string) => name.startsWith("requests.hugepages-");

const COUNTED: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

const isWholeResource = (name: string) => COUNTED.has(name) || isExtended(name);

/** Not negative; an integer if it is a count. */
export function validateQuantity(
  name: string,
  value: QuantityText,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  const quantity = quantityOf(value);
  if (quantity.nanos < 0n) errors.push(invalid(path, canonicalQuantity(value), "must be greater than or equal to 0"));
  if (isWholeResource(name) && !isWhole(quantity))
    errors.push(invalid(path, canonicalQuantity(value), "must be an integer"));
}
