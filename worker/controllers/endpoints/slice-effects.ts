/** Writes slices as they were planned. */
import type { Endpoint, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { CreateEffect, DeleteEffect, UpdateEffect } from "../controller.ts";
import { type PlannedSlice, SLICES, type SlicePlan } from "./slice-set.ts";
import { slicePortsInOrder } from "./subset-order.ts";

/** What every slice of the set carries; its annotations depend on the previous ones. */
export interface SliceMetadata extends Omit<EndpointSlice["metadata"], "annotations"> {
  readonly annotations: (before: Annotations | undefined) => Annotations;
}
type Annotations = Readonly<Record<string, string>>;

type SliceCreation = CreateEffect & { readonly object: EndpointSlice };
export type SliceEffect = SliceCreation | UpdateEffect | DeleteEffect;

export const sliceEffects = ({ slices, stale }: SlicePlan, metadata: SliceMetadata): readonly SliceEffect[] =>
  reuseSlices(
    [...slices.filter(({ changes }) => changes).map((slice) => writeOf(slice, metadata)), ...stale.map(removal)],
    stale,
  );

export const removal = ({ metadata }: Stored<EndpointSlice>): DeleteEffect => ({
  op: "delete",
  resource: SLICES,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  uid: metadata.uid,
});

/** Reuses a slice that would be deleted for one that would be created, if the address family matches and it is ours. */
export function reuseSlices(
  effects: readonly SliceEffect[],
  existing: readonly Stored<EndpointSlice>[],
): readonly SliceEffect[] {
  const creations = effects.filter((effect) => effect.op === "create");
  const reused = new Set<SliceEffect>();
  const updates: UpdateEffect[] = [];
  for (const effect of effects) {
    const old = effect.op === "delete" ? existing.find(({ metadata }) => metadata.name === effect.name) : undefined;
    const position = creations.findLastIndex(
      ({ object }) => old && object.addressType === old.addressType && sameOwner(object, old),
    );
    const [creation] = position < 0 ? [] : creations.splice(position, 1);
    if (!old || !creation) continue;
    reused.add(effect).add(creation);
    updates.push({
      op: "update",
      resource: SLICES,
      namespace: creation.namespace,
      object: recreatedSlice(old, creation),
    });
  }
  return [...effects.filter((effect) => !reused.has(effect)), ...updates];
}

const sameOwner = (a: EndpointSlice, b: EndpointSlice) =>
  a.metadata.ownerReferences?.some(({ uid }) => b.metadata.ownerReferences?.some((each) => each.uid === uid)) ?? false;

function recreatedSlice({ metadata }: Stored<EndpointSlice>, { object }: SliceCreation): EndpointSlice {
  const { annotations: _, labels: __, ...kept } = metadata;
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  };
}

/** The API prints absent lists as null, as Kubernetes does for an empty slice. */
export const listed = (endpoints: readonly Endpoint[]) => (endpoints.length > 0 ? { endpoints: [...endpoints] } : {});

const writeOf = (slice: PlannedSlice, metadata: SliceMetadata): SliceEffect =>
  slice.stored ? update(slice.stored, slice, metadata) : creation(slice, metadata);

const update = (
  { endpoints: _, ports, ...slice }: Stored<EndpointSlice>,
  { endpoints }: PlannedSlice,
  { labels, annotations }: SliceMetadata,
): UpdateEffect => ({
  op: "update",
  resource: SLICES,
  namespace: slice.metadata.namespace ?? "",
  object: {
    ...slice,
    metadata: {
      ...slice.metadata,
      ...(labels ? { labels } : {}),
      annotations: annotations(slice.metadata.annotations),
    },
    ...listed(endpoints),
    ...(ports?.length ? { ports } : {}),
  },
});

const creation = (
  { addressType, ports, endpoints }: PlannedSlice,
  { annotations, ...metadata }: SliceMetadata,
): SliceCreation => ({
  op: "create",
  resource: SLICES,
  namespace: metadata.namespace ?? "",
  object: {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, annotations: annotations(undefined) },
    addressType,
    ...listed(endpoints),
    ...(ports.length > 0 ? { ports: slicePortsInOrder(ports) } : {}),
  },
});
