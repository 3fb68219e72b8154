/** What the pod network needs from the connection to the control plane. */
import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";

export interface ControlPlaneCalls {
  /** With the cluster's path, if there is one. */
  readonly server: string;
  /** As the node. */
  readonly request: (request: ApiRequest) => Promise<ApiResponse>;
  /** A request on behalf of somebody else, streamed both ways. */
  readonly open: (
    path: string,
    options: { readonly method: string; readonly headers: OutgoingHttpHeaders },
  ) => ClientRequest;
}
