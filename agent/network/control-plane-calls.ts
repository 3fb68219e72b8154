/** What the pod network needs from the connection to the control plane. */
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import type { ApiCalls } from "../control-plane/api-calls.ts";

export interface ControlPlaneCalls extends ApiCalls {
  /** With the cluster's path, if there is one. */
  readonly server: string;
  /** As the node. */
  readonly request: (request: ApiRequest) => Promise<ApiResponse>;
}
