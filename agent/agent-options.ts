import type { NodeSettings } from "../api/node/node-settings.ts";
import type { Connection } from "./control-plane/connection.ts";
import type { RuntimeChoice } from "./runtime/choose.ts";

export interface AgentOptions {
  readonly connection: Connection;
  /** Trades the node's credential for its next, and keeps that for the next start. */
  readonly renew: (token: string) => Promise<string>;
  readonly nodeName: string;
  readonly runtime: RuntimeChoice;
  readonly dataDirectory: string;
  /** Told what the user should know. */
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
  /** Pods that are plain processes end with the node. Otherwise, and for containers always, they go on without it. */
  readonly endsProcesses: boolean;
  readonly settings: NodeSettings;
  /** The API has the node as Ready; told again with whatever else changes of it. */
  readonly onReady?: () => void;
  /** The node has left its cluster, and is to end. */
  readonly onLeft?: () => void;
}
