/** Answers a short request to a pod over the node's link (rule LINK-HTTP). */
import { type ClientRequest, type IncomingMessage, request as send } from "node:http";
import type { Duplex } from "node:stream";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import { MAX_CALL_BYTES, type NodeHttpCall, type NodeHttpResponse } from "../../api/node/http-call.ts";
import type { PodHttpRequest } from "../../api/node/node-sync.ts";
import { beginRequest, headOf, responseTo, secured } from "./http.ts";
import { connectionNameOf, type PodConnection, podConnections } from "./pod-connections.ts";
import { responseOf } from "./refusal.ts";
import { podOf } from "./requested-pod.ts";
import type { ServeContext } from "./serve-context.ts";
import { addressPort, podPort } from "./serve-ports.ts";

/** Never rejects. */
export async function answerCall(call: NodeHttpCall, context: ServeContext): Promise<NodeHttpResponse> {
  const { id, milliseconds } = call;
  // Only whole milliseconds are accepted.
  const overdue = AbortSignal.timeout(Math.ceil(milliseconds));
  try {
    const response = await respond(call, context, overdue);
    const body = await readBody(response);
    return { type: "http", id, response: { code: 200, http: headOf(response) }, ...(body !== undefined && { body }) };
  } catch (error) {
    const late = new Error("the request took too long");
    return { type: "http", id, response: responseOf(overdue.aborted ? late : error) };
  }
}

async function respond(call: NodeHttpCall, context: ServeContext, overdue: AbortSignal): Promise<IncomingMessage> {
  const sent = await begin(call, context);
  overdue.addEventListener("abort", () => sent.destroy());
  if (overdue.aborted) sent.destroy();
  sent.end(call.body);
  try {
    return await responseTo(sent);
  } catch (error) {
    // The server has closed the connection while nobody used it.
    const isStale = sent.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
    if (!isStale || overdue.aborted) throw error;
    return respond(call, context, overdue);
  }
}

/** The request; its body is yet to be written. */
async function begin({ request, body }: NodeHttpCall, context: ServeContext): Promise<ClientRequest> {
  const length: [string, string][] = body === "" ? [] : [["Content-Length", String(Buffer.byteLength(body))]];
  const headers = [...endToEnd(request.headers), ...length];
  const { method, path, tls } = request;
  const connect = () => connectTo(request, context);
  if (tls === undefined) return beginRequest({ ...request, headers }, await connect());
  const connection: PodConnection = {
    connectionName: connectionNameOf(request),
    open: async () => secured(await connect(), tls),
  };
  return send({ method, path, headers: headers.flat(), setHost: false, agent: podConnections, ...connection });
}

/** Undefined if it is too long. */
async function readBody(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    // Leaving the loop ends the connection.
    if (size > MAX_CALL_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return String(Buffer.concat(chunks));
}

function connectTo(request: PodHttpRequest, context: ServeContext): Promise<Duplex> {
  if (request.pod === "") return addressPort(request);
  const { pod, request: own } = podOf(request, context);
  return podPort(pod, own, context);
}
