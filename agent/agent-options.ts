import type { NodeSettings } from "../api/node/node-settings.ts";
import type { RuntimeChoice } from "./choose-runtime.ts";
import type { Connection } from "./control-plane/connection.ts";

export interface AgentOptions {
  readonly connection: Connection;
  /** Exchanges the node's credential for its next one, and keeps that for the next start. */
  readonly renew: (token: string) => Promise<string>;
  readonly nodeName: string;
  readonly runtime: RuntimeChoice;
  readonly dataDirectory: string;
  /** Receives messages for the user. */
  readonly print: (message: string) => void;
  readonly signal: AbortSignal;
  /** Whether pods that are plain processes end with the node. Otherwise, and for containers always, they outlive it. */
  readonly endsProcesses: boolean;
  readonly settings: NodeSettings;
  /** The API shows the node as Ready; called again with every later change of the Node. */
  readonly onReady?: () => void;
  /** The node waits for its container runtime, which the user has been told; called whenever the reason changes. */
  readonly onWaiting?: () => void;
  /** The node has left its cluster, and is to shut down. */
  readonly onLeft?: () => void;
}
