import { claimNamesOf } from "../cluster/claim-names.ts";
import { changesLabels } from "../cluster/node-change.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";
import { CLAIMS, STORAGE_CLASSES, VOLUMES } from "../volumes/pod-volumes.ts";

const NAME = "VolumeZone";
const refusal: Refusal = { plugin: NAME, reasons: ["node(s) had no available volume zone"], resolvable: false };
const TOPOLOGY = [
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
] as const;

const AWAITED: ReadonlySet<string> = new Set([CLAIMS, VOLUMES, STORAGE_CLASSES]);

/** A volume labelled with a zone can only be used from nodes of that zone. */
export const volumeZone: Plugin = {
  name: NAME,
  filter: (pod, cluster) => {
    const requested = claimNamesOf(pod).flatMap(({ name }) => {
      const volume = cluster.get(CLAIMS, pod.namespace, name)?.spec.volumeName;
      const labels = volume ? cluster.get(VOLUMES, "", volume)?.metadata.labels : undefined;
      // A volume in several zones lists them all.
      return TOPOLOGY.flatMap((key) => (labels?.[key] ? [{ key, values: labels[key].split("__") }] : []));
    });
    if (requested.length === 0) return undefined;
    return {
      check: ({ labels }) => {
        // In a cluster without zones, all nodes are alike.
        if (!TOPOLOGY.some((key) => key in labels)) return undefined;
        return requested.every(({ key, values }) => values.includes(labels[key] ?? "")) ? undefined : refusal;
      },
    };
  },
  helps: (change) =>
    change.kind === "node"
      ? !change.previous || changesLabels(change)
      : change.kind === "object" && !change.deleted && AWAITED.has(change.resource),
};
