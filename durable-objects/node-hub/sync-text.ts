/**
 * The messages to nodes as JSON (api/node/node-sync.ts). Stored texts are inserted verbatim, so that a change is not
 * parsed, and is written once for all nodes.
 */
import type { NodeChange, NodeSync } from "../../api/node/node-sync.ts";

/** A NodeChange's JSON. */
export type ChangeText = string;

export const changeText = (type: NodeChange["type"], resource: string, object: string): ChangeText =>
  `{"type":"${type}","resource":"${resource}","object":${object}}`;

export const syncText = (
  revision: NodeSync["revision"],
  what: "everything" | "what is new",
  changes: readonly ChangeText[],
): string => `{"type":"sync","revision":${revision},"reset":${what === "everything"},"changes":[${changes.join(",")}]}`;
