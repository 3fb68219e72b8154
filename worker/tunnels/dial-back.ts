/** Tunnels, to which nodes connect when they are called. */
import { encodeBase64 } from "../../api/machinery/encoding/base64.ts";
import { utf8Bytes } from "../../api/machinery/encoding/utf8.ts";
import { internalError, type Status } from "../../api/machinery/status.ts";
import type { NodeTunnelCall } from "../../api/node/node-sync.ts";
import type { Env } from "../env.ts";

export const notConnected = (node: string): Status =>
  internalError(`node "${node}" is not connected to the control plane`);

export interface Dial {
  readonly env: Pick<Env, "NODE_HUB" | "TUNNEL">;
  readonly cluster: string;
  readonly node: string;
  readonly stream: NodeTunnelCall["request"];
  /** Who opens it: the node counts the streams that are joined to a client's connection (FAIR-STREAM). */
  readonly client?: string;
  readonly init: RequestInit;
}

/** Opens the client's end of a tunnel, and calls the node to the other end. */
export async function dialBack({ env, cluster, node, stream, client, init }: Dial): Promise<Response> {
  const id = crypto.randomUUID();
  const tunnel = env.TUNNEL.getByName(`${cluster}/${id}`);
  const url = `https://tunnel/client?node=${encodeURIComponent(node)}`;
  // What a pod has compressed stays compressed.
  const response = tunnel.fetch(new Request(url, init), { encodeResponseBody: "manual" });
  const call = { type: "tunnel", id, request: stream, ...(client && { client: await digestOf(client) }) } as const;
  if (!(await env.NODE_HUB.getByName(cluster).call(node, call))) await tunnel.refuse(notConnected(node));
  return response;
}

async function digestOf(client: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", utf8Bytes(client));
  return encodeBase64(new Uint8Array(digest).subarray(0, 12));
}
