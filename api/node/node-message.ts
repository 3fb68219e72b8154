/** The texts that go over a node's link: to the node, and back. Its binary messages are frames (link-request.ts). */
import type { LinkMark, NodeSync, NodeTunnelCall, RelayCall } from "./node-sync.ts";
import type { UsageCall, UsageResponse } from "./node-usage.ts";

export type NodeMessage = NodeSync | NodeTunnelCall | UsageCall | RelayCall | LinkMark;

/** Tunnels whose connections to this node broke, of which their other ends may not learn (TUNNEL-CUT). */
export interface BrokenTunnels {
  readonly type: "broken";
  readonly ids: readonly string[];
}

export type NodeReply = UsageResponse | LinkMark | BrokenTunnels;

/** Undefined if it cannot be read: a node may send anything. */
export function parseReply(text: string): NodeReply | undefined {
  try {
    const reply = JSON.parse(text) as Partial<NodeReply> | null;
    if (reply?.type === "broken" && Array.isArray(reply.ids)) return { type: "broken", ids: reply.ids };
    if (reply?.type === "mark" && typeof reply.id === "string") return { type: "mark", id: reply.id };
    if (reply?.type === "usage" && typeof reply.id === "string" && reply.usage) return reply as UsageResponse;
  } catch {
    // Not JSON.
  }
  return undefined;
}
