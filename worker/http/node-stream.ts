/** Streams between a client and a pod's node, through a tunnel that the node is called to. */

import { internalError } from "../../api/machinery/status.ts";
import type { StreamRequest } from "../../api/node-sync.ts";
import { ApiError } from "../api-error.ts";
import type { Env } from "../env.ts";
import { upgradeOf } from "./node-link.ts";

export interface NodeStream {
  readonly env: Env;
  readonly cluster: string;
  readonly node: string;
  readonly stream: StreamRequest;
  /** The client's upgrade, for streams of both directions, and the subprotocol that was chosen for it. */
  readonly upgrade?: { readonly request: Request; readonly protocol?: string };
}

/** The body is the node's stream; with an upgrade, the answer is the joined WebSocket. */
export async function openNodeStream({ env, cluster, node, stream, upgrade }: NodeStream): Promise<Response> {
  const id = crypto.randomUUID();
  const headers = upgrade === undefined ? new Headers() : upgradeOf(upgrade.request);
  if (upgrade?.protocol !== undefined) headers.set("X-Sailplane-Protocol", upgrade.protocol);
  const url = `https://tunnel/client?node=${encodeURIComponent(node)}`;
  const answer = env.TUNNEL.getByName(`${cluster}/${id}`).fetch(new Request(url, { headers }));
  if (await env.NODE_HUB.getByName(cluster).call(node, { type: "tunnel", id, request: stream })) {
    const response = await answer;
    // What an object answers has headers that cannot be added to.
    return response.status === 101 ? response : new Response(response.body, response);
  }
  // Nobody will dial: the tunnel gives up by itself.
  void answer.catch(() => {});
  throw new ApiError(internalError(`node "${node}" is not connected to the control plane`));
}
