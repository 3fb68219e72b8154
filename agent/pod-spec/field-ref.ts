/** Fields of a pod by the paths of the downward API. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import { goQuote } from "../../api/machinery/field-error.ts";
import { parseQuantity } from "../../api/machinery/quantity.ts";
import { nanosOf } from "./qos.ts";

const SUBSCRIPT = /^metadata\.(annotations|labels)\['(.*)'\]$/s;

/** `key="value"` lines, sorted by key, quoted as Go's %q does. */
export const formatMap = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${goQuote(map?.[key] ?? "")}`)
    .join("\n");

export interface PodAddresses {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

/** The field's value; undefined for a path that the downward API does not support. */
export function fieldValue(pod: Pod, path: string, { podIPs, hostIPs }: PodAddresses): string | undefined {
  const subscript = SUBSCRIPT.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === "labels" ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ""] ?? "";
  }
  switch (path) {
    case "metadata.name":
      return pod.metadata.name ?? "";
    case "metadata.namespace":
      return pod.metadata.namespace ?? "";
    case "metadata.uid":
      return pod.metadata.uid ?? "";
    case "metadata.labels":
      return formatMap(pod.metadata.labels);
    case "metadata.annotations":
      return formatMap(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "";
    case "status.podIP":
      return podIPs[0] ?? "";
    case "status.podIPs":
      return podIPs.join(",");
    case "status.hostIP":
      return hostIPs[0] ?? "";
    case "status.hostIPs":
      return hostIPs.join(",");
    default:
      return undefined;
  }
}

const DEFAULT_OF: Readonly<Record<string, "cpu" | "memory" | "ephemeral-storage">> = {
  "limits.cpu": "cpu",
  "limits.memory": "memory",
  "limits.ephemeral-storage": "ephemeral-storage",
};

type Amounts = Readonly<Record<string, string | number>>;

/** The default limit of a container: its pod's limit, or else what the node offers. */
export const offeredTo = ({ spec }: Pod, allocatable: Amounts): Amounts => ({
  ...allocatable,
  ...spec.resources?.limits,
});

/**
 * A container's request or limit in units of the divisor, rounded up; an absent or zero limit means what is offered.
 */
export function resourceValue(
  container: Container,
  { resource, divisor }: { readonly resource: string; readonly divisor?: string | number },
  offered: Amounts,
): string {
  const dot = resource.indexOf(".");
  const name = resource.slice(dot + 1);
  const own = resource.startsWith("limits.") ? container.resources?.limits : container.resources?.requests;
  const fallback = DEFAULT_OF[resource];
  const set = nanosOf(own?.[name]) === 0n && fallback !== undefined ? offered[fallback] : own?.[name];
  const quantity = parseQuantity(set ?? "0");
  const unit = parseQuantity(divisor === undefined || divisor === "0" || divisor === 0 ? "1" : divisor);
  if (typeof quantity === "string" || typeof unit === "string" || unit.nanos === 0n) return "0";
  return String((quantity.nanos + unit.nanos - 1n) / unit.nanos);
}
