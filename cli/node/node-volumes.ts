/** What nodes keep on their disks for claims, and which of it is no longer used. */

import type { Node, PersistentVolume } from "../../api/generated/core.v1.ts";
import { isConditionTrue } from "../../api/machinery/conditions.ts";
import { LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";

/** As a node's own API lists it. */
export interface NodeVolumes {
  readonly directory: string;
  readonly volumes: readonly string[];
}

export const hasLocalVolumes = ({ metadata, status }: Node): boolean =>
  metadata.labels?.[LOCAL_VOLUMES] === "true" && isConditionTrue(status, "Ready");

/**
 * Directories that no PersistentVolume names: the cluster was restored without them, or a Node was deleted before its
 * claims.
 */
export function strayDirectories(
  { directory, volumes }: NodeVolumes,
  named: readonly PersistentVolume[],
): readonly string[] {
  const paths = new Set(named.map(({ spec }) => spec.local?.path));
  return volumes.map((name) => `${directory}/${name}`).filter((path) => !paths.has(path));
}
