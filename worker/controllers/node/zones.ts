/**
 * Whether pods are evicted from a zone's nodes that are not ready (kube-controller-manager's node lifecycle). If all
 * nodes of the cluster are lost at once, it is the control plane that is cut off, and nobody is evicted.
 */
import type { Node } from "../../../api/generated/core.v1.ts";
import { isNodeReady } from "./readiness.ts";

/** --unhealthy-zone-threshold and --large-cluster-size-threshold. */
const UNHEALTHY = 0.55;
const LARGE = 50;
/** So few nodes are no sign of an outage. */
const FEW = 2;

const REGION = "topology.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";
/** Nodes with this label do not count for the state of their zone. */
const EXCLUDED = "node.kubernetes.io/exclude-disruption";

export const zoneOf = ({ metadata: { labels } }: Node): string => `${labels?.[REGION] ?? ""}:${labels?.[ZONE] ?? ""}`;

type Disruption = "normal" | "partial" | "full";

interface Zone {
  ready: number;
  lost: number;
}

function disruptionOf({ ready, lost }: Zone): Disruption {
  if (ready === 0 && lost > 0) return "full";
  return lost > FEW && lost / (ready + lost) >= UNHEALTHY ? "partial" : "normal";
}

/**
 * --node-eviction-rate, and --secondary-node-eviction-rate for a large zone that is mostly lost, as the time per node.
 */
const EVERY_MS = 10_000;
const SLOWLY_EVERY_MS = 100_000;

/** By zone, the time from one evicting node to the next; an absent zone evicts nobody. */
export interface Evictions {
  /** Everything is lost: not even earlier decisions are carried out. */
  readonly isOutage: boolean;
  readonly everyMs: ReadonlyMap<string, number>;
}

export function evictionsOf(nodes: readonly Node[]): Evictions {
  const zones = new Map<string, Zone>();
  for (const node of nodes) {
    const name = zoneOf(node);
    const zone = zones.get(name) ?? { ready: 0, lost: 0 };
    if (node.metadata.labels?.[EXCLUDED] === undefined) zone[isNodeReady(node) ? "ready" : "lost"]++;
    zones.set(name, zone);
  }
  const counted = [...zones.values()].filter(({ ready, lost }) => ready + lost > 0);
  const isOutage = counted.length > 0 && counted.every((zone) => disruptionOf(zone) === "full");
  const everyMs = new Map<string, number>();
  if (!isOutage)
    for (const [name, zone] of zones) {
      const isPartial = disruptionOf(zone) === "partial";
      // A small zone that is mostly lost waits. A zone that is entirely lost while others are up is evacuated.
      if (!isPartial || zone.ready + zone.lost > LARGE) everyMs.set(name, isPartial ? SLOWLY_EVERY_MS : EVERY_MS);
    }
  return { isOutage, everyMs };
}
