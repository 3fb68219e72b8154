/** How to reach the control plane as this node. */
export interface AgentOptions {
  readonly connection: {
    /** `https://host:port`, with the cluster's path where it has one, no trailing slash. */
    readonly server: string;
    readonly token: string;
    /** PEM; absent where the server's certificate comes from a public authority. */
    readonly ca?: string;
  };
  readonly nodeName: string;
  readonly runtime: "auto" | "cri" | "process";
  /** This node's own; it exists, and nobody else may read it. */
  readonly dataDirectory: string;
  /** One line for the person at the terminal. */
  readonly say: (message: string) => void;
  /** Ends the agent; pods go on. */
  readonly signal: AbortSignal;
}

/** Runs a node until the signal; rejects where it cannot start. */
export async function runAgent({ runtime }: AgentOptions): Promise<void> {
  throw new Error(`no agent for the runtime ${runtime} yet`);
}
