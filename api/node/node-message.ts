/** The texts that go over a node's link: to the node, and back. Its binary messages are frames (link-request.ts). */
import type { LinkMark, NodeSync, NodeTunnelCall, RelayCall } from "./node-sync.ts";
import type { UsageCall, UsageResponse } from "./node-usage.ts";

export type NodeMessage = NodeSync | NodeTunnelCall | UsageCall | RelayCall | LinkMark;

export type NodeReply = UsageResponse | LinkMark;

/** Undefined if it cannot be read: a node may send anything. */
export function parseReply(text: string): NodeReply | undefined {
  try {
    const reply = JSON.parse(text) as Partial<NodeReply> | null;
    if (typeof reply?.id !== "string") return undefined;
    if (reply.type === "mark") return { type: "mark", id: reply.id };
    if (reply.type === "usage" && reply.usage) return reply as UsageResponse;
  } catch {
    // Not JSON.
  }
  return undefined;
}
