/** Streams between a client and a pod's node, and requests to a pod, through a tunnel that the node connects to. */
import { encodeBase64 } from "../../api/machinery/encoding/base64.ts";
import { utf8Bytes } from "../../api/machinery/encoding/utf8.ts";
import { internalError, type Status } from "../../api/machinery/status.ts";
import { ANSWERED_BY_POD, type PodHttpRequest, type StreamRequest } from "../../api/node/node-sync.ts";
import type { Env } from "../env.ts";
import { upgradeOf } from "./upgrade.ts";

export const notConnected = (node: string): Status =>
  internalError(`node "${node}" is not connected to the control plane`);

export interface NodeStream {
  readonly env: Env;
  readonly cluster: string;
  readonly node: string;
  readonly stream: StreamRequest;
  /** Who opens it: the node counts the streams that are joined to a client's connection (FAIR-STREAM). */
  readonly client?: string;
  /** The client's upgrade, for bidirectional streams, and the subprotocol chosen for it. */
  readonly upgrade?: { readonly request: Request; readonly protocol?: string };
}

/** The body is the node's stream; with an upgrade, the answer is the joined WebSocket. */
export async function openNodeStream({ env, cluster, node, stream, client, upgrade }: NodeStream): Promise<Response> {
  const headers = upgrade === undefined ? new Headers() : upgradeOf(upgrade.request);
  if (upgrade?.protocol !== undefined) headers.set("X-Sailplane-Protocol", upgrade.protocol);
  if (stream.kind === "exec" || stream.kind === "attach") headers.set("X-Sailplane-Terminal", "true");
  const response = await dialBack({ env, cluster, node, stream, ...(client && { client }), init: { headers } });
  // The headers of an answer from an object are immutable.
  return response.status === 101 ? response : new Response(response.body, response);
}

interface Dial extends Omit<NodeStream, "upgrade"> {
  readonly init: RequestInit;
}

/** Opens the client's end of a tunnel, and calls the node to the other end. */
async function dialBack({ env, cluster, node, stream, client, init }: Dial): Promise<Response> {
  const id = crypto.randomUUID();
  const tunnel = env.TUNNEL.getByName(`${cluster}/${id}`);
  const response = tunnel.fetch(new Request(`https://tunnel/client?node=${encodeURIComponent(node)}`, init));
  const call = { type: "tunnel", id, request: stream, ...(client && { client: await digestOf(client) }) } as const;
  if (!(await env.NODE_HUB.getByName(cluster).call(node, call))) await tunnel.refuse(notConnected(node));
  return response;
}

async function digestOf(client: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", utf8Bytes(client));
  return encodeBase64(new Uint8Array(digest).subarray(0, 12));
}

export interface PodCall {
  readonly env: Env;
  readonly cluster: string;
  readonly node: string;
  readonly request: PodHttpRequest;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** Passes a client's WebSocket upgrade on to a pod. The status is 101, or the pod's own if it refuses. */
export async function joinPod({
  env,
  cluster,
  node,
  request,
  client,
  upgrade,
}: Omit<PodCall, "body" | "signal"> & { readonly client?: string; readonly upgrade: Request }): Promise<PodResponse> {
  const stream = { kind: "websocket", ...request } as const;
  const init = { headers: upgradeOf(upgrade) };
  const response = await dialBack({ env, cluster, node, stream, ...(client && { client }), init });
  if (response.headers.get(ANSWERED_BY_POD) === null)
    return { ok: false, why: ((await response.json()) as Status).message ?? "" };
  return { ok: true, response };
}

/** The pod's response, or why there is none. */
export type PodResponse =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly why: string };

export function callPod({ request, ...call }: PodCall): Promise<PodResponse> {
  const { length } = call.body;
  const headers = [...request.headers, ...(length > 0 ? [["Content-Length", String(length)] as const] : [])];
  return callNode({ ...call, stream: { kind: "http", ...request, headers } });
}

/** A request that is answered over HTTP, by a pod or by the node's own API. */
export async function callNode({
  env,
  cluster,
  node,
  stream,
  body,
  signal,
}: Omit<PodCall, "request"> & { readonly stream: StreamRequest }): Promise<PodResponse> {
  const init = { method: "POST", body, redirect: "manual", ...(signal ? { signal } : {}) } as const;
  const response = await dialBack({ env, cluster, node, stream, init });
  if (response.headers.get(ANSWERED_BY_POD) === null)
    return { ok: false, why: ((await response.json()) as Status).message ?? "" };
  const headers = new Headers(response.headers);
  headers.delete(ANSWERED_BY_POD);
  return {
    ok: true,
    response: new Response(response.body, { status: response.status, headers, encodeBody: "manual" }),
  };
}
