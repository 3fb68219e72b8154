/**
 * The claim that kube-scheduler creates for a pod's extended resources if the node offers them as devices, and not as
 * plain resources (DRAExtendedResource).
 */
import type {
  ContainerExtendedResourceRequest,
  PodExtendedResourceClaimStatus,
} from "../../../api/generated/core.v1.ts";
import type { AllocationResult } from "../../../api/generated/resource.v1.ts";
import { generatedName } from "../../../api/machinery/generated-name.ts";
import { DEVICE_CLASSES, deviceClassOf, EXTENDED_CLAIM } from "../../../api/resources/resource/extended-resource.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim, Demand } from "./allocate.ts";
import { DEVICE_CLAIMS } from "./device-use.ts";
import { extendedRequestsOf } from "./extended-requests.ts";

/** Its name before it is created. */
const UNMADE = "<extended-resources>";

/** What placing the pod means for its extended resources. */
export interface ExtendedClaim extends Demand {
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

export interface AllocatedExtendedClaim extends ExtendedClaim {
  readonly allocation: AllocationResult;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** The names of the device classes that map to the pod's extended resources, by resource. */
export function extendedResourcesOf({ requests }: PendingPod, cluster: Cluster): ReadonlyMap<string, string> {
  if (requests.scalars.size === 0) return NONE;
  const classes = [...cluster.list(DEVICE_CLASSES)];
  const found = [...requests.scalars].flatMap(([resource, amount]): [string, string][] => {
    const deviceClass = amount > 0 ? deviceClassOf(resource, classes) : undefined;
    return deviceClass ? [[resource, deviceClass.metadata.name]] : [];
  });
  return found.length > 0 ? new Map(found) : NONE;
}

/** The claim created for the pod earlier. */
export function extendedClaimOf({ namespace, name, uid }: PendingPod, cluster: Cluster): Claim | undefined {
  for (const claim of cluster.listIn(DEVICE_CLAIMS, namespace)) {
    const { annotations, ownerReferences = [] } = claim.metadata;
    if (annotations?.[EXTENDED_CLAIM] !== "true") continue;
    if (ownerReferences.some((owner) => owner.controller && owner.name === name && owner.uid === uid)) return claim;
  }
  return undefined;
}

/** What remains to be claimed on the node; undefined if one of its device plugins has it all. */
export function extendedClaimAt(
  node: NodeInfo,
  { pod, namespace }: PendingPod,
  resources: ReadonlyMap<string, string>,
): ExtendedClaim | undefined {
  const lacking = [...resources].filter(([resource]) => !node.allocatable.scalars.get(resource));
  if (lacking.length === 0) return undefined;
  const { requests, mappings } = extendedRequestsOf(pod, new Map(lacking));
  return { metadata: { namespace, name: UNMADE }, spec: { devices: { requests: [...requests] } }, mappings };
}

/** As sent to the API. `random` contains at least five bytes. */
export function claimToMake({ name, namespace, uid }: PendingPod, { spec }: ExtendedClaim, random: Uint8Array): Claim {
  const generateName = `${name}-extended-resources-`;
  const metadata = {
    // Named here, so that its devices count as taken before it exists.
    name: generatedName(generateName, random),
    generateName,
    namespace,
    ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: true }],
    annotations: { [EXTENDED_CLAIM]: "true" },
  };
  return { apiVersion: "resource.k8s.io/v1", kind: "ResourceClaim", metadata, spec, status: {} } as object as Claim;
}

export const extendedStatusOf = ({ metadata }: Claim, { mappings }: ExtendedClaim): PodExtendedResourceClaimStatus => ({
  requestMappings: [...mappings],
  resourceClaimName: metadata.name,
});
