/** What the pods' network asks of the way to the control plane. */
import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import type { Answered, Asked } from "../../api/asked.ts";

export interface ControlPlaneCalls {
  /** With the cluster's path, where it has one. */
  readonly server: string;
  /** In the node's own name. */
  readonly ask: (asked: Asked) => Promise<Answered>;
  /** A request in somebody else's name, streamed both ways. */
  readonly open: (
    path: string,
    options: { readonly method: string; readonly headers: OutgoingHttpHeaders },
  ) => ClientRequest;
}
