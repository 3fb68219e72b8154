import { claimNamesOf } from "../cluster/claim-names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { PodFacts } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { CLAIMS, storageClassOf, VOLUMES } from "../volumes/pod-volumes.ts";

export const CSI_NODES = "csinodes.storage.k8s.io";
const NAME = "NodeVolumeLimits";
const refusal: Refusal = { plugin: NAME, reasons: ["node(s) exceed max volume count"], resolvable: true };

/** The number of a driver's volumes per node, limited by what the driver reports. */
export const nodeVolumeLimits: Plugin = {
  name: NAME,
  filter: (pod, cluster) => {
    if (pod.volumes.length === 0) return undefined;
    const requested = volumesOf(pod, cluster);
    if (requested.size === 0) return undefined;
    return {
      check: (node) => {
        const drivers = cluster.get(CSI_NODES, "", node.name)?.spec.drivers ?? [];
        const limited = drivers.filter(
          ({ name, allocatable }) => allocatable?.count !== undefined && has(requested, name),
        );
        if (limited.length === 0) return undefined;
        const held = new Map<string, string>();
        for (const other of node.pods.values())
          for (const [volume, driver] of volumesOf(other, cluster)) held.set(volume, driver);
        // A node may hold more than its driver allows by now: only new volumes are refused.
        const added = new Map([...requested].filter(([volume]) => !held.has(volume)));
        const exceeds = (driver: string, most: number) =>
          has(added, driver) && countOf(held, driver) + countOf(added, driver) > most;
        return limited.some(({ name, allocatable }) => exceeds(name, allocatable?.count ?? 0)) ? refusal : undefined;
      },
    };
  },
  judgesTaints: true,
  helps: (change) =>
    change.kind === "assigned-pod-deleted"
      ? change.pod.volumes.length > 0
      : change.kind === "object" && !change.deleted && (change.resource === CSI_NODES || change.resource === CLAIMS),
};

const has = (volumes: ReadonlyMap<string, string>, driver: string) => [...volumes.values()].includes(driver);
const countOf = (volumes: ReadonlyMap<string, string>, driver: string) =>
  [...volumes.values()].filter((each) => each === driver).length;

/** The pod's volumes that a driver attaches, with the driver; an unbound claim counts as one volume. */
function volumesOf(pod: Pick<PodFacts, "name" | "namespace" | "volumes">, cluster: Cluster): Map<string, string> {
  const volumes = new Map<string, string>();
  for (const { name } of claimNamesOf(pod)) {
    const claim = cluster.get(CLAIMS, pod.namespace, name);
    if (!claim) continue;
    const volume = cluster.get(VOLUMES, "", claim.spec.volumeName ?? "");
    const { csi } = volume?.spec ?? {};
    const driver = csi ? csi.driver : volume ? undefined : storageClassOf(claim, cluster)?.provisioner;
    if (driver) volumes.set(csi ? `${driver}^${csi.volumeHandle}` : `${driver}^${pod.namespace}/${name}`, driver);
  }
  return volumes;
}
