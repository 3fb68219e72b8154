/**
 * The audiences that a pod wants tokens for: those that its projected volumes name, and those that the CSI drivers of
 * its other volumes request.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from "../../../../api/generated/core.v1.ts";
import type { CSIDriver } from "../../../../api/generated/storage.v1.ts";
import { groupResource } from "../../../../api/machinery/meta.ts";
import type { ObjectStore } from "../../../storage/object-store.ts";

export interface Audiences {
  readonly named: readonly string[];
  /** Why the audiences of some driver could not be determined. */
  readonly problems: readonly string[];
}

export const projectedAudiences = ({ spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) =>
      serviceAccountToken ? [serviceAccountToken.audience ?? ""] : [],
    ),
  );

export async function driverAudiences(pod: Pod, store: ObjectStore): Promise<Audiences> {
  const lookUp = new LookUp(store, pod);
  const named: string[] = [];
  for (const volume of pod.spec.volumes ?? []) named.push(...(await lookUp.audiencesOf(volume)));
  return { named, problems: lookUp.problems };
}

/** The CSI drivers that replaced in-tree volumes, by the field of the volume. */
const SUCCESSORS = [
  ["awsElasticBlockStore", "ebs.csi.aws.com"],
  ["azureDisk", "disk.csi.azure.com"],
  ["azureFile", "file.csi.azure.com"],
  ["cinder", "cinder.csi.openstack.org"],
  ["gcePersistentDisk", "pd.csi.storage.gke.io"],
  ["portworxVolume", "pxd.portworx.com"],
  ["vsphereVolume", "csi.vsphere.vmware.com"],
] as const;

const driverOf = (source: Volume | PersistentVolume["spec"]): string | undefined =>
  source.csi?.driver ?? SUCCESSORS.find(([field]) => source[field])?.[1];

class LookUp {
  readonly problems: string[] = [];

  constructor(
    private readonly store: ObjectStore,
    private readonly pod: Pod,
  ) {}

  async audiencesOf(volume: Volume): Promise<readonly string[]> {
    const { persistentVolumeClaim, ephemeral, name } = volume;
    const claim = ephemeral ? `${this.pod.metadata.name}-${name}` : persistentVolumeClaim?.claimName;
    const driver = claim === undefined ? driverOf(volume) : await this.#driverOfClaim(claim);
    if (driver === undefined) return [];
    const found = await this.#read<CSIDriver>({ group: "storage.k8s.io", kind: "csidriver", name: driver });
    return (found?.spec.tokenRequests ?? []).map(({ audience = "" }) => audience);
  }

  async #driverOfClaim(name: string): Promise<string | undefined> {
    const namespace = this.pod.metadata.namespace ?? "";
    const claim = await this.#read<PersistentVolumeClaim>({ kind: "persistentvolumeclaim", namespace, name });
    if (!claim) return undefined;
    const volume = await this.#read<PersistentVolume>({
      kind: "persistentvolume",
      name: claim.spec.volumeName ?? "",
    });
    return volume && driverOf(volume.spec);
  }

  /** Errors name a missing object by its kind, as Kubernetes' listers do. */
  async #read<T>({ group = "", kind, namespace = "", name }: AudienceQuery): Promise<T | undefined> {
    const key = { resource: groupResource(group, `${kind}s`), namespace, name };
    const { entry } = name === "" ? { entry: undefined } : await this.store.read(key);
    if (!entry) this.problems.push(`${groupResource(group, kind)} "${name}" not found`);
    return entry && (JSON.parse(entry.text) as T);
  }
}

interface AudienceQuery {
  readonly group?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}
