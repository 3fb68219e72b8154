/**
 * Requests that a node answers in one direction, as over HTTP: over its link while they are short (rule LINK-REQUEST),
 * else through a tunnel.
 */
import { internalError } from "../../api/machinery/status.ts";
import type { OneWayRequest } from "../../api/node/link-request.ts";
import type { NodeTunnelCall } from "../../api/node/node-sync.ts";
import type { Env } from "../env.ts";
import { streamOf } from "../fairness/open-streams.ts";
import { dialBack } from "./dial-back.ts";
import { requestOverLink } from "./link-request.ts";
import { statusResponse } from "./node-response.ts";

export interface NodeCall {
  readonly env: Pick<Env, "NODE_HUB" | "TUNNEL">;
  readonly cluster: string;
  readonly node: string;
  readonly stream: OneWayRequest;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** The answer has no end: it takes a tunnel from the start. */
  readonly isEndless?: boolean;
  /** Whether it may be sent again to a server that may have received it. Default: if its method is safe. */
  readonly isRepeatable?: boolean;
  /** Whose stream the answer is, if it is counted as one when it comes through a tunnel (rule FAIR-STREAM). */
  readonly client?: string;
  readonly signal?: AbortSignal;
}

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const isSafe = (stream: OneWayRequest): boolean =>
  stream.kind === "logs" || stream.method === undefined || SAFE.has(stream.method);

export async function requestNode(call: NodeCall): Promise<Response> {
  const { env, cluster, node, stream, isEndless = false, isRepeatable = isSafe(stream), signal } = call;
  const body = call.body ?? new Uint8Array();
  const aborts = signal ? { signal } : {};
  const dial = { env, cluster, node };
  const tunnel = async (request: NodeTunnelCall["request"], init: RequestInit) =>
    streamed(await dialBack({ ...dial, stream: request, init }), call);
  const throughTunnel = () => tunnel(stream, stream.kind === "http" ? { method: "POST", body, ...aborts } : aborts);
  if (isEndless) return throughTunnel();
  const result = await requestOverLink({ ...dial, request: stream, body, isRepeatable });
  switch (result.kind) {
    case "answered":
      return result.response;
    case "held":
      return tunnel({ kind: "answer", id: result.id }, aborts);
    case "not sent":
      return throughTunnel();
    case "lost":
      if (isRepeatable) return throughTunnel();
      return statusResponse(internalError(`the link to node "${node}" broke before it answered`));
  }
}

/** What comes through a tunnel may have no end; what its server has declared is its length. */
function streamed(response: Response, { stream, client }: NodeCall): Response {
  if (!response.body) return response;
  const counted = client === undefined ? response.body : streamOf(client, response.body);
  const declared = stream.kind === "http" && stream.method !== "HEAD" ? response.headers.get("Content-Length") : null;
  const body = declared === null ? counted : counted.pipeThrough(new FixedLengthStream(Number(declared)));
  const { status, headers } = response;
  return new Response(body, { status, headers, encodeBody: "manual" });
}
