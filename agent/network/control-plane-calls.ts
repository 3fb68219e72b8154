/** What the pods' network asks of the way to the control plane. */
import type { ClientRequest, OutgoingHttpHeaders } from "node:http";

export interface ControlPlaneCalls {
  /** With the cluster's path, where it has one. */
  readonly server: string;
  /** The node's own. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly fetch: (request: Request) => Promise<Response>;
  /** A request in somebody else's name, streamed both ways. */
  readonly open: (
    path: string,
    options: { readonly method: string; readonly headers: OutgoingHttpHeaders },
  ) => ClientRequest;
}
