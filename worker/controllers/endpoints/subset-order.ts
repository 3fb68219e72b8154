/**
 * The order within Endpoints and slices, which Kubernetes sorts by hashes of Go's printed form: ports by the hash of
 * the port, subsets by that of the subset. It matters to clients that compare Endpoints bytewise, or use their first
 * port.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset } from "../../../api/generated/core.v1.ts";
import type { EndpointPort as SlicePort } from "../../../api/generated/discovery.v1.ts";
import { dumpForHash } from "../template-hash/dump-for-hash.ts";
import { fnv128a } from "../template-hash/fnv128a.ts";

export const inOrderOfHashes = (subsets: readonly EndpointSubset[]): EndpointSubset[] =>
  byHash(
    "core.v1.EndpointSubset",
    subsets.map((subset) => (subset.ports ? { ...subset, ports: portsInOrder(subset.ports) } : subset)),
  );

export const byIpAndUid = (a: EndpointAddress, b: EndpointAddress) =>
  (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0) || ((a.targetRef?.uid ?? "") < (b.targetRef?.uid ?? "") ? -1 : 1);

const portsInOrder = (ports: readonly EndpointPort[]): EndpointPort[] => byHash("core.v1.EndpointPort", ports);

export const slicePortsInOrder = (ports: readonly SlicePort[]): SlicePort[] =>
  byHash("discovery.v1.EndpointPort", ports);

function byHash<T extends object>(type: string, items: readonly T[]): T[] {
  if (items.length < 2) return [...items];
  return items
    .map((item) => ({ item, hash: fnv128a(dumpForHash(type, item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ item }) => item);
}
