/** What is needed for serving streams. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { NodeRequest, NodeResponse } from "../../api/node/node-sync.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { NodeApiResponse } from "./response.ts";
import type { Tunnel } from "./tunnel.ts";

export interface ServeContext {
  readonly runtime: Runtime;
  /** The pod with the agent's status. */
  readonly findPod: (namespace: string, name: string, uid: string) => Pod | undefined;
  readonly nodeApi: (path: string, method: NodeRequest["method"]) => Promise<NodeApiResponse>;
}

/** Opens the tunnel, sending this answer. */
export type Open = (response: NodeResponse) => Promise<Tunnel>;
