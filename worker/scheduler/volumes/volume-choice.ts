/**
 * Which volumes a pod's unbound claims would get on a node, if they wait for their first consumer: the smallest free
 * volume that fits, or a new one if the class can provision one there.
 */
import type { PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { meetsAnyTerm } from "../../../api/machinery/selectors/node-selector.ts";
import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import { storageClassOf as classNameOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { amountOf } from "../cluster/amounts.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import { type Claim, SELECTED_NODE, storageClassOf, VOLUMES } from "./pod-volumes.ts";

export type Volume = Stored<PersistentVolume>;

export interface VolumeChoice {
  readonly bind: readonly { readonly claim: Claim; readonly volume: Volume }[];
  readonly provision: readonly Claim[];
}

export type NoVolume = "no volume" | "no room";

export const CSI_DRIVERS = "csidrivers.storage.k8s.io";
export const CAPACITIES = "csistoragecapacities.storage.k8s.io";
const NO_PROVISIONER = "kubernetes.io/no-provisioner";

export function chooseVolumes(claims: readonly Claim[], node: NodeInfo, cluster: Cluster): VolumeChoice | NoVolume {
  const bind: { claim: Claim; volume: Volume }[] = [];
  const provision: Claim[] = [];
  const taken = new Set<string>();
  // Small claims first, or they would take what a large one needs.
  for (const claim of claims.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== node.name) return "no volume";
    const volume = selected === undefined ? freeVolume(claim, taken, { node, cluster }) : undefined;
    if (volume) {
      taken.add(volume.metadata.name);
      bind.push({ claim, volume });
      continue;
    }
    const storage = storageClassOf(claim, cluster);
    if (!storage || storage.provisioner === NO_PROVISIONER || !allows(storage, node)) return "no volume";
    if (!hasRoom(claim, storage, { node, cluster })) return "no room";
    provision.push(claim);
  }
  return { bind, provision };
}

export const isReachable = ({ spec }: Volume, node: NodeInfo): boolean =>
  !spec.nodeAffinity?.required || meetsAnyTerm(spec.nodeAffinity.required.nodeSelectorTerms, node);

const sizeOf = ({ spec }: Claim) => amountOf("storage", spec.resources?.requests?.storage);
const capacityOf = ({ spec }: Volume) => amountOf("storage", spec.capacity?.storage);

function freeVolume(
  claim: Claim,
  taken: ReadonlySet<string>,
  { node, cluster }: { readonly node: NodeInfo; readonly cluster: Cluster },
): Volume | undefined {
  let best: Volume | undefined;
  for (const volume of cluster.list(VOLUMES)) {
    if (taken.has(volume.metadata.name) || !fits(claim, volume) || !isReachable(volume, node)) continue;
    if (volume.spec.claimRef) return volume;
    if (!best || capacityOf(volume) < capacityOf(best)) best = volume;
  }
  return best;
}

function fits(claim: Claim, volume: Volume): boolean {
  const { metadata, spec } = claim;
  const { claimRef, accessModes = [], volumeMode = "Filesystem" } = volume.spec;
  if (volume.metadata.deletionTimestamp) return false;
  if (claimRef) {
    const named = claimRef.namespace === metadata.namespace && claimRef.name === metadata.name;
    if (!named || (claimRef.uid && claimRef.uid !== metadata.uid)) return false;
  } else if (spec.selector && !labelsMatch(labelSelectorRequirements(spec.selector), volume.metadata.labels))
    return false;
  return (
    classNameOf(volume) === classNameOf(claim) &&
    volumeMode === (spec.volumeMode ?? "Filesystem") &&
    (volume.spec.volumeAttributesClassName ?? "") === (spec.volumeAttributesClassName ?? "") &&
    capacityOf(volume) >= amountOf("storage", spec.resources?.requests?.storage) &&
    (spec.accessModes ?? []).every((mode) => accessModes.includes(mode))
  );
}

/** Whether the class provisions volumes for the node. */
function allows({ allowedTopologies }: StorageClass, { labels }: NodeInfo): boolean {
  if (!allowedTopologies?.length) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
  );
}

/** Reported capacities are trusted. */
function hasRoom(
  claim: Claim,
  { metadata, provisioner }: Stored<StorageClass>,
  { node, cluster }: { readonly node: NodeInfo; readonly cluster: Cluster },
): boolean {
  if (!cluster.get(CSI_DRIVERS, "", provisioner)?.spec.storageCapacity) return true;
  for (const { storageClassName, nodeTopology, capacity, maximumVolumeSize } of cluster.list(CAPACITIES)) {
    if (storageClassName !== metadata.name || !nodeTopology) continue;
    if (!labelsMatch(labelSelectorRequirements(nodeTopology), node.labels)) continue;
    if (amountOf("storage", maximumVolumeSize ?? capacity) >= sizeOf(claim)) return true;
  }
  return false;
}
