/** A node's answer, and the body that follows it, as a response of HTTP. */
import { failure, type Status } from "../../api/machinery/status.ts";
import { ANSWERED_BY_POD, type NodeResponse } from "../../api/node/node-sync.ts";

/** Status codes without a body (fetch forbids one). */
const BODILESS = new Set([204, 205, 304]);

export const statusResponse = (status: Status): Response => Response.json(status, { status: status.code ?? 500 });

/** The pod's own headers, marked as such. */
export function headersOf({ headers }: NonNullable<NodeResponse["http"]>): Headers {
  const found = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  found.set(ANSWERED_BY_POD, "yes");
  return found;
}

export function responseOfNode(
  { code, reason = "", message = "", http }: NodeResponse,
  body: ReadableStream<Uint8Array> | Uint8Array,
): Response {
  if (code !== 200) return statusResponse(failure(code, reason, message));
  if (http) {
    // Passed on unchanged: what the pod compressed stays compressed.
    return new Response(BODILESS.has(http.status) ? null : body, {
      status: http.status,
      headers: headersOf(http),
      encodeBody: "manual",
    });
  }
  return new Response(body, { headers: { "Content-Type": "text/plain", "Content-Encoding": "identity" } });
}

export const UNREADABLE: NodeResponse = {
  code: 500,
  reason: "InternalError",
  message: "the node's answer cannot be read",
};
