/** Nodes that offer local volumes, and which of them has a given one. */

import type { Node, PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { LOCAL_PROVISIONER, LOCAL_VOLUMES } from "../../../api/node/local-volumes.ts";
import type { Snapshot } from "../controller.ts";
import { PROVISIONED_BY } from "../volume/reclaim.ts";

export const NODES = "nodes";
export const VOLUMES = "persistentvolumes";
export const HOSTNAME = "kubernetes.io/hostname";

export const isLocal = ({ metadata }: PersistentVolume): boolean =>
  metadata.annotations?.[PROVISIONED_BY] === LOCAL_PROVISIONER;

export const isUp = ({ status }: Node): boolean => isConditionTrue(status, "Ready");

/** Where the node keeps them; undefined: it does not. */
export const directoryOf = ({ metadata: { labels, annotations } }: Node): string | undefined =>
  labels?.[LOCAL_VOLUMES] === "true" ? annotations?.[LOCAL_VOLUMES] : undefined;

export const hostnameOf = ({ metadata: { labels, name = "" } }: Node): string => labels?.[HOSTNAME] ?? name;

/** The hostname that a volume is bound to. */
const hostOf = ({ spec }: PersistentVolume): string | undefined =>
  spec.nodeAffinity?.required?.nodeSelectorTerms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .find(({ key }) => key === HOSTNAME)?.values?.[0];

export const isOn = (volume: PersistentVolume, node: Node): boolean => hostOf(volume) === hostnameOf(node);

export const nodeOf = (volume: PersistentVolume, snapshot: Snapshot): Stored<Node> | undefined =>
  snapshot.list(NODES).find((node) => isOn(volume, node));

/** For a class with immediate binding: the schedulable node with the fewest such volumes. */
export function emptiestNode(storage: StorageClass, snapshot: Snapshot): Stored<Node> | undefined {
  const volumes = snapshot.list(VOLUMES).filter(isLocal);
  const loads = snapshot
    .list(NODES)
    .filter((node) => directoryOf(node) !== undefined && isUp(node) && !node.spec.unschedulable)
    .filter((node) => isAllowed(node, storage))
    .map((node) => ({ node, load: volumes.filter((volume) => isOn(volume, node)).length }));
  return loads.toSorted((a, b) => a.load - b.load || (a.node.metadata.name < b.node.metadata.name ? -1 : 1))[0]?.node;
}

const isAllowed = ({ metadata }: Node, { allowedTopologies = [] }: StorageClass): boolean =>
  allowedTopologies.length === 0 ||
  allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? "")),
  );
