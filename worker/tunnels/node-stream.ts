/** Streams between a client and a pod's node, and requests to a pod or its node. */
import type { Status } from "../../api/machinery/status.ts";
import type { OneWayRequest } from "../../api/node/link-request.ts";
import { ANSWERED_BY_POD, type PodHttpRequest, type StreamRequest } from "../../api/node/node-sync.ts";
import { type Dial, dialBack } from "./dial-back.ts";
import { type NodeCall, requestNode } from "./node-request.ts";
import { upgradeOf } from "./upgrade.ts";

export interface JoinedStream extends Pick<Dial, "env" | "cluster" | "node" | "client"> {
  readonly stream: StreamRequest;
  /** The client's upgrade, and the subprotocol chosen for it. */
  readonly upgrade: { readonly request: Request; readonly protocol: string };
}

/** The answer is the node's socket, joined to the client's. */
export async function joinNode({ stream, upgrade, ...dial }: JoinedStream): Promise<Response> {
  const headers = upgradeOf(upgrade.request);
  headers.set("X-Sailplane-Protocol", upgrade.protocol);
  if (stream.kind === "exec" || stream.kind === "attach") headers.set("X-Sailplane-Terminal", "true");
  return ofObject(await dialBack({ ...dial, stream, init: { headers } }));
}

export const readLog = async (
  call: Pick<NodeCall, "env" | "cluster" | "node" | "client" | "isEndless"> & {
    readonly stream: Extract<OneWayRequest, { kind: "logs" }>;
  },
): Promise<Response> => ofObject(await requestNode(call));

/** The headers of an answer from an object are immutable. */
const ofObject = (response: Response): Response =>
  response.status === 101 ? response : new Response(response.body, response);

export interface PodCall extends Omit<NodeCall, "stream"> {
  readonly request: PodHttpRequest;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface PodUpgrade extends Pick<Dial, "env" | "cluster" | "node" | "client"> {
  readonly request: PodHttpRequest;
  /** The client's. */
  readonly upgrade: Request;
  readonly signal?: AbortSignal;
}

/** Passes a client's WebSocket upgrade on to a pod. The status is 101, or the pod's own if it refuses. */
export async function joinPod({ request, upgrade, signal, ...dial }: PodUpgrade): Promise<PodResponse> {
  const stream = { kind: "websocket", ...request } as const;
  const init = { headers: upgradeOf(upgrade), ...(signal && { signal }) };
  return podResponse(await dialBack({ ...dial, stream, init }));
}

/** The pod's response, or why there is none. */
export type PodResponse =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly why: string };

/** What comes instead of a pod's response is a Status. */
async function podResponse(response: Response): Promise<PodResponse> {
  if (response.headers.get(ANSWERED_BY_POD) !== null) return { ok: true, response };
  return { ok: false, why: ((await response.json()) as Status).message ?? "" };
}

/** Methods for which a length is expected even of an empty body (RFC 9110, 8.6). */
const HAVE_BODIES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

export function callPod({ request, ...call }: PodCall): Promise<PodResponse> {
  const { length } = call.body;
  const hasLength = length > 0 || HAVE_BODIES.has(request.method);
  const headers = [...request.headers, ...(hasLength ? [["Content-Length", String(length)] as const] : [])];
  return callNode({ ...call, stream: { kind: "http", ...request, headers } });
}

/** A request that is answered over HTTP, by a pod or by the node's own API. */
export async function callNode(call: NodeCall): Promise<PodResponse> {
  const answered = await podResponse(await requestNode(call));
  if (!answered.ok) return answered;
  const { body, status, headers: marked } = answered.response;
  const headers = new Headers(marked);
  headers.delete(ANSWERED_BY_POD);
  return { ok: true, response: new Response(body, { status, headers, encodeBody: "manual" }) };
}
