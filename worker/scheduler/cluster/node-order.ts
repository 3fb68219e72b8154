/** The order in which nodes are considered: zones take turns, so that any stretch of it covers all zones. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { NodeInfo } from "./node-info.ts";

const ZONE = "topology.kubernetes.io/zone";
const REGION = "topology.kubernetes.io/region";

export const zoneOf = ({ metadata: { labels = {} } }: Stored<Node>) => `${labels[REGION] ?? ""}:${labels[ZONE] ?? ""}`;

export function inTurns(nodes: Iterable<NodeInfo>): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const zone = zoneOf(info.node);
    const list = zones.get(zone);
    if (list) list.push(info);
    else zones.set(zone, [info]);
  }
  const lists = [...zones.values()];
  const ordered: NodeInfo[] = [];
  for (let turn = 0, left = true; left; turn++) {
    left = false;
    for (const list of lists) {
      const info = list[turn];
      if (info) ordered.push(info);
      left ||= turn + 1 < list.length;
    }
  }
  return ordered;
}
