/**
 * Which objects concern a node: its pods, and what they refer to (plugin/pkg/auth/authorizer/node, graph). Determined
 * by a few keyed reads per question, so that a pod which leaves its node takes its secrets with it at once.
 */
import type { ObjectReference, PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { ResourceSlice } from "../../../api/generated/resource.v1.ts";
import type { VolumeAttachment } from "../../../api/generated/storage.v1.ts";
import { groupResource } from "../../../api/machinery/meta.ts";
import { podReferences } from "../../../api/node/node-sync.ts";
import { podSecretNames, volumeSecrets } from "../../../api/resources/core/pod/secret-names.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { ResourceAttributes } from "../attributes.ts";

const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

export async function isRelated(node: string, target: ResourceAttributes, store: ObjectStore): Promise<boolean> {
  const graph = new NodeGraph(node, store);
  const { namespace, name } = target;
  switch (groupResource(target.group, target.resource)) {
    case "pods":
      return (await graph.podsIn(namespace)).some(({ metadata }) => metadata.name === name);
    case "configmaps":
      return graph.namedInPods("configmaps", namespace, name);
    case "secrets":
      return (await graph.namedInPods("secrets", namespace, name)) || graph.namedInVolumes(namespace, name);
    case "serviceaccounts":
      return (await graph.podsIn(namespace)).some((pod) => !isMirror(pod) && pod.spec.serviceAccountName === name);
    case "persistentvolumeclaims":
      return (await graph.podsIn(namespace)).some((pod) => claimsOf(pod).includes(name));
    case "persistentvolumes":
      return graph.usesVolume(name);
    case "volumeattachments.storage.k8s.io":
      return (await graph.read<VolumeAttachment>(target))?.spec.nodeName === node;
    case "resourceslices.resource.k8s.io":
      return (await graph.read<ResourceSlice>(target))?.spec.nodeName === node;
    case "resourceclaims.resource.k8s.io":
      return (await graph.podsIn(namespace)).some((pod) => resourceClaimsOf(pod).includes(name));
    default:
      return false;
  }
}

class NodeGraph {
  constructor(
    private readonly node: string,
    private readonly store: ObjectStore,
  ) {}

  /** The node's pods in a namespace; undefined: in all. Excludes mirror pods: the node created them itself. */
  async podsIn(namespace: string | undefined): Promise<Pod[]> {
    const { items } = await this.store.list({
      resource: "pods",
      ...(namespace === undefined ? {} : { namespace }),
      requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: [this.node] }],
    });
    return items.map(({ text }) => JSON.parse(text) as Pod);
  }

  async namedInPods(resource: "configmaps" | "secrets", namespace: string, name: string): Promise<boolean> {
    const wanted = `${resource} ${namespace} ${name}`;
    return (await this.podsIn(namespace)).some(
      (pod) =>
        !isMirror(pod) &&
        (podReferences(pod).includes(wanted) || (resource === "secrets" && volumeSecrets(pod).includes(name))),
    );
  }

  /** Whether a secret is named by a volume that a pod of the node claims. */
  async namedInVolumes(namespace: string, name: string): Promise<boolean> {
    const volumes = await this.claimedVolumes();
    return volumes.some((volume) =>
      secretsOfVolume(volume).some((ref) => ref.namespace === namespace && ref.name === name),
    );
  }

  async usesVolume(name: string): Promise<boolean> {
    const volume = await this.read<PersistentVolume>({ group: "", resource: "persistentvolumes", namespace: "", name });
    const { namespace, name: claim } = volume?.spec.claimRef ?? {};
    if (namespace === undefined || claim === undefined) return false;
    return (await this.podsIn(namespace)).some((pod) => claimsOf(pod).includes(claim));
  }

  async claimedVolumes(): Promise<PersistentVolume[]> {
    const claims = (await this.podsIn(undefined)).flatMap((pod) =>
      claimsOf(pod).map((name) => ({
        resource: "persistentvolumeclaims",
        namespace: pod.metadata.namespace ?? "",
        name,
      })),
    );
    const bound = await this.#readAll<PersistentVolumeClaim>(claims);
    const volumes = bound.flatMap(({ spec }) => spec.volumeName ?? []);
    const named = await this.#readAll<PersistentVolume>(
      volumes.map((name) => ({ resource: "persistentvolumes", namespace: "", name })),
    );
    // Anybody can create a claim that names any volume: only the volume says whose it is.
    return named.filter(({ spec: { claimRef } }) =>
      claims.some(({ namespace, name }) => claimRef?.namespace === namespace && claimRef.name === name),
    );
  }

  async read<T>(target: Pick<ResourceAttributes, "group" | "resource" | "namespace" | "name">): Promise<T | undefined> {
    const { group, resource, namespace, name } = target;
    const { entry } = await this.store.read({ resource: groupResource(group, resource), namespace, name });
    return entry && (JSON.parse(entry.text) as T);
  }

  async #readAll<T>(keys: readonly { resource: string; namespace: string; name: string }[]): Promise<T[]> {
    if (keys.length === 0) return [];
    const entries = await this.store.readMany(keys);
    return entries.flatMap((entry) => (entry ? [JSON.parse(entry.text) as T] : []));
  }
}

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;

/** Names of claims, including those of ephemeral volumes, which are named after pod and volume. */
const claimsOf = (pod: Pod): string[] =>
  isMirror(pod)
    ? []
    : (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
        persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${pod.metadata.name}-${name}`] : [],
      );

/** Claims that a pod names, that were created for it from templates, or for its extended resources. */
function resourceClaimsOf(pod: Pod): string[] {
  if (isMirror(pod)) return [];
  const { resourceClaimStatuses = [], extendedResourceClaimStatus } = pod.status;
  return [
    ...(pod.spec.resourceClaims ?? []).flatMap(({ resourceClaimName }) => resourceClaimName ?? []),
    ...resourceClaimStatuses.flatMap(({ resourceClaimName }) => resourceClaimName ?? []),
    ...(extendedResourceClaimStatus ? [extendedResourceClaimStatus.resourceClaimName] : []),
  ];
}

export const namesSecrets = (pod: Pod): boolean => podSecretNames(pod).length > 0;

interface SecretReference {
  readonly namespace?: string;
  readonly name?: string;
}

/** Secrets without a namespace are in the claim's. */
function secretsOfVolume({ spec }: PersistentVolume): SecretReference[] {
  const claim: ObjectReference = spec.claimRef ?? {};
  const { csi, azureFile } = spec;
  const references: (SecretReference | undefined)[] = [
    azureFile && {
      name: azureFile.secretName,
      ...(azureFile.secretNamespace ? { namespace: azureFile.secretNamespace } : {}),
    },
    spec.cephfs?.secretRef,
    spec.cinder?.secretRef,
    spec.flexVolume?.secretRef,
    spec.rbd?.secretRef,
    spec.scaleIO?.secretRef,
    spec.iscsi?.secretRef,
    spec.storageos?.secretRef,
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
  ];
  return references.flatMap((ref) =>
    ref ? [{ ...ref, ...(ref.namespace || claim.namespace === undefined ? {} : { namespace: claim.namespace }) }] : [],
  );
}
