/**
 * Whether pods are evicted from the nodes of a zone that are not ready (kube-controller-manager's node lifecycle). When
 * all nodes of the cluster are lost at once it is the control plane that is cut off, and nobody is evicted.
 */
import type { Node } from "../../../api/generated/core.v1.ts";

/** --unhealthy-zone-threshold and --large-cluster-size-threshold. */
const UNHEALTHY = 0.55;
const LARGE = 50;
/** So few nodes are no sign of an outage. */
const FEW = 2;

const REGION = "topology.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";

export const zoneOf = ({ metadata: { labels } }: Node): string => `${labels?.[REGION] ?? ""}:${labels?.[ZONE] ?? ""}`;

const isReady = ({ status }: Node) => status.conditions?.find(({ type }) => type === "Ready")?.status === "True";

export type Disruption = "normal" | "partial" | "full";

export function disruptionOf(nodes: readonly Node[]): Disruption {
  const ready = nodes.filter(isReady).length;
  const lost = nodes.length - ready;
  if (ready === 0 && lost > 0) return "full";
  return lost > FEW && lost / nodes.length >= UNHEALTHY ? "partial" : "normal";
}

/** Whether nodes of the zone that are not ready evict their pods. */
export function evicts(zone: string, nodes: readonly Node[]): boolean {
  const own = nodes.filter((node) => zoneOf(node) === zone);
  const disruption = disruptionOf(own);
  if (disruption === "normal") return true;
  // A small zone that is mostly lost waits; a large one goes on, as does one that is lost while others stand.
  if (disruption === "partial") return own.length > LARGE;
  const zones = new Set(nodes.map(zoneOf));
  return [...zones].some((each) => disruptionOf(nodes.filter((node) => zoneOf(node) === each)) !== "full");
}
