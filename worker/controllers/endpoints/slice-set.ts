/**
 * Distributes endpoints over slices of at most a hundred, changing as few slices as possible: existing endpoints stay
 * where they are, new ones go to slices that change anyway, then to the fullest with room.
 */
import type { Endpoint, EndpointPort, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { CreateEffect, DeleteEffect, Effect, UpdateEffect } from "../controller.ts";
import { same } from "../same.ts";
import { canonical } from "../template-hash/template-hash.ts";
import { slicePortsInOrder } from "./subset-order.ts";

export const SLICES = "endpointslices.discovery.k8s.io";
const CAPACITY = 100;

export interface PortGroup {
  readonly addressType: "IPv4" | "IPv6";
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What every slice of the set carries; its annotations depend on the previous ones. */
export interface SliceMetadata extends Omit<EndpointSlice["metadata"], "annotations"> {
  readonly annotations?: (before: Annotations | undefined) => Annotations;
}
type Annotations = Readonly<Record<string, string>>;

type SliceCreation = CreateEffect & { readonly object: EndpointSlice };
export type SliceEffect = SliceCreation | UpdateEffect | DeleteEffect;

const identity = (endpoint: Endpoint) => endpoint.targetRef?.uid ?? endpoint.addresses.join();
export const groupKey = (addressType: string, ports: readonly EndpointPort[] | undefined): string =>
  `${addressType} ${canonical([...(ports ?? [])].map(canonical).sort())}`;

export function planSlices(
  groups: readonly PortGroup[],
  existing: readonly Stored<EndpointSlice>[],
  metadata: SliceMetadata,
): readonly Effect[] {
  const byGroup = new Map<string, Stored<EndpointSlice>[]>();
  for (const slice of existing.filter((each) => !each.metadata.deletionTimestamp)) {
    const key = groupKey(slice.addressType, slice.ports);
    byGroup.set(key, [...(byGroup.get(key) ?? []), slice]);
  }
  const effects: SliceEffect[] = [];
  for (const group of groups) {
    const key = groupKey(group.addressType, group.ports);
    effects.push(...planGroup(group, byGroup.get(key) ?? [], metadata));
    byGroup.delete(key);
  }
  for (const stale of [...byGroup.values()].flat()) effects.push(removal(stale));
  return reusing(effects, existing);
}

export const removal = ({ metadata }: Stored<EndpointSlice>): DeleteEffect => ({
  op: "delete",
  resource: SLICES,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  uid: metadata.uid,
});

/** Reuses a slice that would be deleted for one that would be created, if the address family matches and it is ours. */
export function reusing(
  effects: readonly SliceEffect[],
  existing: readonly Stored<EndpointSlice>[],
): readonly Effect[] {
  const creations = effects.filter((effect) => effect.op === "create");
  const reused = new Set<SliceEffect>();
  const updates: Effect[] = [];
  for (const effect of effects) {
    const old = effect.op === "delete" ? existing.find(({ metadata }) => metadata.name === effect.name) : undefined;
    const position = creations.findLastIndex(
      ({ object }) => old && object.addressType === old.addressType && sameOwner(object, old),
    );
    const [creation] = position < 0 ? [] : creations.splice(position, 1);
    if (!old || !creation) continue;
    reused.add(effect).add(creation);
    updates.push({ op: "update", resource: SLICES, namespace: creation.namespace, object: renewed(old, creation) });
  }
  return [...effects.filter((effect) => !reused.has(effect)), ...updates];
}

const sameOwner = (a: EndpointSlice, b: EndpointSlice) =>
  a.metadata.ownerReferences?.some(({ uid }) => b.metadata.ownerReferences?.some((each) => each.uid === uid)) ?? false;

function renewed({ metadata }: Stored<EndpointSlice>, { object }: SliceCreation): EndpointSlice {
  const { annotations: _, labels: __, ...kept } = metadata;
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  };
}

function planGroup(
  group: PortGroup,
  slices: readonly Stored<EndpointSlice>[],
  metadata: SliceMetadata,
): readonly SliceEffect[] {
  const wanted = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const plans = slices.map((slice) => {
    const kept = (slice.endpoints ?? []).flatMap((endpoint) => {
      const next = wanted.get(identity(endpoint));
      wanted.delete(identity(endpoint));
      return next ? [next] : [];
    });
    return { slice, endpoints: kept, changes: !same(kept, slice.endpoints ?? []) || !carries(slice, metadata) };
  });
  const fresh = [...wanted.values()];
  const room = plans.toSorted(
    (a, b) => Number(b.changes) - Number(a.changes) || b.endpoints.length - a.endpoints.length,
  );
  for (const plan of room) {
    const added = fresh.splice(0, Math.max(0, CAPACITY - plan.endpoints.length));
    plan.endpoints = [...plan.endpoints, ...added];
    plan.changes ||= added.length > 0;
  }
  const chunks: Endpoint[][] = [];
  while (fresh.length > 0) chunks.push(fresh.splice(0, CAPACITY));
  // Without endpoints there is one empty slice.
  const empty = plans.filter(({ endpoints }) => endpoints.length === 0);
  const keepOne = group.endpoints.length === 0;
  if (keepOne && plans.length === 0) chunks.push([]);
  const surplus = new Set(keepOne ? empty.slice(1) : empty);
  return [
    ...plans.flatMap((plan): SliceEffect[] => {
      if (surplus.has(plan)) return [removal(plan.slice)];
      return plan.changes ? [update(plan.slice, plan.endpoints, metadata)] : [];
    }),
    ...chunks.map((endpoints) => creation(group, endpoints, metadata)),
  ];
}

const carries = ({ metadata }: Stored<EndpointSlice>, { labels }: SliceMetadata) => same(metadata.labels, labels);

/** The API prints absent lists as null, as Kubernetes does for an empty slice. */
export const listed = (endpoints: readonly Endpoint[]) => (endpoints.length > 0 ? { endpoints: [...endpoints] } : {});

const update = (
  { endpoints: _, ports, ...slice }: Stored<EndpointSlice>,
  endpoints: readonly Endpoint[],
  metadata: SliceMetadata,
): UpdateEffect => ({
  op: "update",
  resource: SLICES,
  namespace: slice.metadata.namespace ?? "",
  object: {
    ...slice,
    metadata: {
      ...slice.metadata,
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      annotations: metadata.annotations?.(slice.metadata.annotations) ?? slice.metadata.annotations,
    },
    ...listed(endpoints),
    ...(ports?.length ? { ports } : {}),
  } as EndpointSlice,
});

const creation = (
  group: PortGroup,
  endpoints: readonly Endpoint[],
  { annotations, ...metadata }: SliceMetadata,
): SliceCreation => ({
  op: "create",
  resource: SLICES,
  namespace: metadata.namespace ?? "",
  object: {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, ...(annotations ? { annotations: annotations(undefined) } : {}) },
    addressType: group.addressType,
    ...listed(endpoints),
    ...(group.ports.length > 0 ? { ports: slicePortsInOrder(group.ports) } : {}),
  } as EndpointSlice,
});
