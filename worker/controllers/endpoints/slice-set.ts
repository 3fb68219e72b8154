/**
 * Distributes endpoints over slices of at most a hundred as Kubernetes does, changing as few slices as possible:
 * existing endpoints stay where they are, new ones go to slices that change anyway, and then to the slice that all of
 * the rest fit in most closely, or to new ones.
 */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { same } from "../same.ts";
import { canonical } from "../template-hash/template-hash.ts";

export const SLICES = "endpointslices.discovery.k8s.io";
const CAPACITY = 100;

export type AddressType = "IPv4" | "IPv6";

export interface PortGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** A slice as it should be. */
export interface PlannedSlice extends PortGroup {
  /** What is stored of it; undefined if it has to be created. */
  readonly stored?: Stored<EndpointSlice>;
  readonly changes: boolean;
}

export interface SlicePlan {
  readonly slices: readonly PlannedSlice[];
  readonly stale: readonly Stored<EndpointSlice>[];
}

/** The service whose slices they are, and the labels that they should carry. */
export interface SliceOwner {
  readonly service: Stored<Service>;
  readonly labels: Readonly<Record<string, string>>;
}

export const groupKey = (addressType: string, ports: readonly EndpointPort[] | undefined): string =>
  `${addressType} ${canonical([...(ports ?? [])].map(canonical).sort())}`;

/** Plans the slices of one address type: those in `existing` are all of this type. */
export function planSlices(
  addressType: AddressType,
  groups: readonly PortGroup[],
  existing: readonly Stored<EndpointSlice>[],
  owner: SliceOwner,
): SlicePlan {
  const owned = existing.filter((slice) => isOwnedBy(slice, owner.service));
  const byPorts = Map.groupBy(owned, ({ ports }) => groupKey(addressType, ports));
  const slices: PlannedSlice[] = [];
  const stale = existing.filter((slice) => !owned.includes(slice));
  for (const group of groups) {
    const key = groupKey(addressType, group.ports);
    const packed = pack(group, byPorts.get(key) ?? [], owner);
    slices.push(...packed.slices);
    stale.push(...packed.stale);
    byPorts.delete(key);
  }
  stale.push(...[...byPorts.values()].flat());
  if (slices.length > 0) return { slices, stale };
  const [only] = stale;
  if (only && stale.length === 1 && isPlaceholder(only, owner))
    return { slices: [{ ...unchanged(only), addressType }], stale: [] };
  return { slices: [{ addressType, ports: [], endpoints: [], changes: true }], stale };
}

export const isOwnedBy = ({ metadata }: EndpointSlice, { metadata: { uid } }: Stored<Service>): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.kind === "Service") ?? false;

/** Whether it is the empty slice that a service without endpoints has. */
const isPlaceholder = (slice: Stored<EndpointSlice>, { service, labels }: SliceOwner): boolean =>
  isOwnedBy(slice, service) && !slice.endpoints?.length && !slice.ports?.length && same(slice.metadata.labels, labels);

const unchanged = (stored: Stored<EndpointSlice>) => ({
  ports: stored.ports ?? [],
  endpoints: stored.endpoints ?? [],
  stored,
  changes: false,
});

/** An endpoint that has the same identity may change within its slice. */
const identity = ({ addresses, hostname, targetRef }: Endpoint) =>
  `${addresses.toSorted()} ${hostname ?? ""} ${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`;

const unhinted = ({ hints: _, ...endpoint }: Endpoint): Endpoint => endpoint;

function pack(
  { addressType, ports, endpoints }: PortGroup,
  existing: readonly Stored<EndpointSlice>[],
  { labels }: SliceOwner,
): SlicePlan {
  const wanted = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const stale: Stored<EndpointSlice>[] = [];
  const kept = existing.flatMap((stored) => {
    const slice = { addressType, ...unchanged(stored) };
    const endpoints = takeWanted(slice.endpoints, wanted);
    if (!same(endpoints, slice.endpoints.map(unhinted))) {
      if (endpoints.length > 0) return [{ ...slice, endpoints, changes: true }];
      stale.push(stored);
      return [];
    }
    return [same(stored.metadata.labels, labels) ? slice : { ...slice, endpoints, changes: true }];
  });
  const fresh = [...wanted.values()];
  const changing = kept.filter(({ changes }) => changes);
  for (const slice of changing.toSorted((a, b) => b.endpoints.length - a.endpoints.length))
    slice.endpoints.push(...fresh.splice(0, Math.max(0, CAPACITY - slice.endpoints.length)));
  const created: PlannedSlice[] = [];
  while (fresh.length >= CAPACITY)
    created.push({ addressType, ports, endpoints: fresh.splice(0, CAPACITY), changes: true });
  if (fresh.length === 0) return { slices: [...created, ...kept], stale };
  const closest = closestFit(kept, fresh.length);
  if (!closest) created.push({ addressType, ports, endpoints: fresh, changes: true });
  const slices = kept.map((slice) =>
    slice === closest ? { ...slice, endpoints: [...slice.endpoints, ...fresh], changes: true } : slice,
  );
  return { slices: [...created, ...slices], stale };
}

/** The wanted endpoints that are listed, in their present state; they are wanted no longer. */
const takeWanted = (listed: readonly Endpoint[], wanted: Map<string, Endpoint>): Endpoint[] =>
  listed.flatMap((endpoint) => {
    const key = identity(endpoint);
    const next = wanted.get(key);
    wanted.delete(key);
    return next ? [next] : [];
  });

/** The fullest of the slices that would not change otherwise and have room for that many endpoints. */
function closestFit(slices: readonly PlannedSlice[], count: number): PlannedSlice | undefined {
  const roomy = slices.filter(({ endpoints, changes }) => !changes && endpoints.length + count <= CAPACITY);
  return roomy.toSorted((a, b) => b.endpoints.length - a.endpoints.length)[0];
}
