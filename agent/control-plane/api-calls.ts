/** Requests on behalf of somebody else, whose credentials they carry. */
import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import type { WebSocket } from "ws";

export interface ApiCalls {
  /** Streamed both ways: watches and upgrades may last for hours. */
  readonly open: (
    path: string,
    options: { readonly method: string; readonly headers: OutgoingHttpHeaders },
  ) => ClientRequest;
  /** Fails unless the server chooses this subprotocol, which may have a slash in its name. */
  readonly dial: (
    path: string,
    options: { readonly protocol: string; readonly headers: Readonly<Record<string, string>> },
  ) => WebSocket;
}
