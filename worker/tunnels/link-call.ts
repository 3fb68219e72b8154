/** Short requests to pods, such as calls to webhooks, over the link of their node (rule LINK-HTTP). */
import { fitsCall } from "../../api/node/http-call.ts";
import type { PodHttpRequest } from "../../api/node/node-sync.ts";
import type { Env } from "../env.ts";
import type { PodResponse } from "./node-stream.ts";

export interface LinkCall {
  readonly env: Pick<Env, "NODE_HUB">;
  readonly cluster: string;
  readonly node: string;
  readonly request: PodHttpRequest;
  readonly body: string;
  readonly milliseconds: number;
}

/**
 * Undefined if it takes a tunnel, in which it is made anew: the request or the response does not fit, or the node's
 * agent is older.
 */
export async function callOverLink({ env, cluster, node, ...call }: LinkCall): Promise<PodResponse | undefined> {
  if (!fitsCall(call.body)) return undefined;
  const answered = await env.NODE_HUB.getByName(cluster).request(node, call);
  if (answered === undefined) return undefined;
  const { response, body } = answered;
  const { http, message = "" } = response;
  if (http === undefined) return { ok: false, why: message };
  if (body === undefined) return undefined;
  const headers = http.headers.map(([name = "", value = ""]): [string, string] => [name, value]);
  const hasBody = ![204, 205, 304].includes(http.status);
  return {
    ok: true,
    response: new Response(hasBody ? body : null, { status: http.status, headers, encodeBody: "manual" }),
  };
}
