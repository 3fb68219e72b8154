/**
 * Extended resources that somebody patched into a node's capacity: as with the kubelet, all of them are allocatable.
 * Pure.
 */
import type { NodeStatus } from "../../api/generated/core.v1.ts";
import { isExtended } from "../../api/resources/core/resource-list.ts";
import type { NodeFacts } from "./node-object.ts";

type Resources = Readonly<Record<string, string | number>>;
type Known = Pick<NodeStatus, "capacity" | "allocatable">;

const isPatched = (resource: string, devices: NodeFacts["devices"]): boolean =>
  isExtended(resource) && !devices.has(resource);

/** `devices` are managed by the agent itself. */
export const patchedResources = ({ capacity = {} }: Known, devices: NodeFacts["devices"]): Resources =>
  Object.fromEntries(Object.entries(capacity).filter(([resource]) => isPatched(resource, devices)));

/** The corresponding strategic merge patch: what has left the capacity is removed (null) from allocatable, too. */
export function patchedAllocatable(
  { capacity = {}, allocatable = {} }: Known,
  devices: NodeFacts["devices"],
): Readonly<Record<string, string | number | null>> {
  const gone = Object.keys(allocatable).filter((resource) => isPatched(resource, devices) && !(resource in capacity));
  return {
    ...patchedResources({ capacity }, devices),
    ...Object.fromEntries(gone.map((resource) => [resource, null])),
  };
}

/** Whether allocatable has yet to be updated. */
export const isToAllocate = (known: Known, devices: NodeFacts["devices"]): boolean =>
  Object.entries(patchedAllocatable(known, devices)).some(
    ([resource, amount]) => (known.allocatable?.[resource] ?? null) !== amount,
  );
