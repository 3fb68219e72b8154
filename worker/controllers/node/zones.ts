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

type Disruption = "normal" | "partial" | "full";

interface Zone {
  ready: number;
  lost: number;
}

function disruptionOf({ ready, lost }: Zone): Disruption {
  if (ready === 0 && lost > 0) return "full";
  return lost > FEW && lost / (ready + lost) >= UNHEALTHY ? "partial" : "normal";
}

/** The zones whose nodes evict their pods when they are not ready. */
export function evictingZones(nodes: readonly Node[]): ReadonlySet<string> {
  const zones = new Map<string, Zone>();
  for (const node of nodes) {
    const name = zoneOf(node);
    const zone = zones.get(name) ?? { ready: 0, lost: 0 };
    zone[isReady(node) ? "ready" : "lost"]++;
    zones.set(name, zone);
  }
  const isOutage = [...zones.values()].every((zone) => disruptionOf(zone) === "full");
  const evicts = (zone: Zone): boolean => {
    switch (disruptionOf(zone)) {
      case "normal":
        return true;
      // A small zone that is mostly lost waits; a large one goes on, as does one that is lost while others stand.
      case "partial":
        return zone.ready + zone.lost > LARGE;
      case "full":
        return !isOutage;
    }
  };
  return new Set([...zones].filter(([, zone]) => evicts(zone)).map(([name]) => name));
}
