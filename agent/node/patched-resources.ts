/**
 * Extended resources that somebody patched into the capacity of a node: as under the kubelet, pods may be given all of them.
 * Pure.
 */
import type { NodeStatus } from "../../api/generated/core.v1.ts";
import { isExtended } from "../../api/resources/core/resource-list.ts";
import type { NodeFacts } from "./node-object.ts";

type Resources = Readonly<Record<string, string | number>>;
type Known = Pick<NodeStatus, "capacity" | "allocatable">;

const isPatched = (resource: string, devices: NodeFacts["devices"]): boolean =>
  isExtended(resource) && !devices.has(resource);

/** `devices` are the agent's own affair. */
export const patchedResources = ({ capacity = {} }: Known, devices: NodeFacts["devices"]): Resources =>
  Object.fromEntries(Object.entries(capacity).filter(([resource]) => isPatched(resource, devices)));

/** What a strategic merge patch says of them: what has left the capacity (null) is nothing to give, either. */
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

/** Whether the node's own part of that is yet to be done. */
export const isToAllocate = (known: Known, devices: NodeFacts["devices"]): boolean =>
  Object.entries(patchedAllocatable(known, devices)).some(
    ([resource, amount]) => (known.allocatable?.[resource] ?? null) !== amount,
  );
