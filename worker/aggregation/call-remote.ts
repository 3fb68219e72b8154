/**
 * A request for an aggregated API server. It is forwarded through the node of the server's pod, on behalf of the
 * original user, whom this server vouches for with a front-proxy client certificate.
 */

import { badRequest, timedOut } from "../../api/machinery/status.ts";
import { ApiError, PlainTextError } from "../api-error.ts";
import { MASTERS, type User } from "../auth/user.ts";
import { REQUEST_MS } from "../deadline.ts";
import { clientOf } from "../fairness/client.ts";
import { pemOf } from "../outbound/ca-bundle.ts";
import type { Caller } from "../outbound/call-client.ts";
import { withSignal } from "../outbound/with-signal.ts";
import { clientHeaders } from "../tunnels/client-headers.ts";
import { callPod, joinPod, type PodResponse } from "../tunnels/node-stream.ts";
import { type EndpointPort, findEndpoint } from "../tunnels/service-endpoint.ts";
import { requestsWebSocket } from "../tunnels/upgrade.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-apis.ts";

export interface RemoteCall {
  readonly remote: RemoteApi;
  readonly user: User;
  readonly method: string;
  /** Includes the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Its answer has no end. */
  readonly isWatch?: boolean;
  /** The client's request, if it is to be upgraded. */
  readonly upgrade?: Request;
  /** How long the beginning of the answer is waited for (ms). */
  readonly timeoutMs?: number;
}

/** The user as whom this server asks other API servers for itself. */
export const AGGREGATOR: User = { name: "system:kube-aggregator", groups: [MASTERS] };

/** The wording, and the absence of a Status, are kube-aggregator's. */
const unavailable = () => new PlainTextError(503, "service unavailable");

export async function callRemote(caller: Caller, call: RemoteCall): Promise<Response> {
  const { remote, upgrade, timeoutMs = REQUEST_MS } = call;
  if (!remote.available) throw unavailable();
  if (upgrade && !requestsWebSocket(upgrade))
    throw new ApiError(badRequest("only WebSockets are passed on to other API servers by this control plane"));
  const { namespace, name, port } = remote.service;
  const found = await findEndpoint(caller, { namespace, name, port: String(port) });
  if (!found.ok) throw unavailable();
  const response = await awaitStart(timeoutMs, (signal) => callEndpoint(caller, found.endpoint, { ...call, signal }));
  if (!response.ok) throw new PlainTextError(503, `error trying to reach service: ${response.why}`);
  return response.response;
}

type EndpointCall = Omit<RemoteCall, "timeoutMs"> & { readonly signal: AbortSignal };

/** Calls one of the server's endpoints, whether or not the server is available. */
export async function callEndpoint(
  { env, cluster }: Caller,
  endpoint: EndpointPort,
  { remote, user, method, path, headers, body, isWatch = false, upgrade, signal }: EndpointCall,
): Promise<PodResponse> {
  const { certificate, key } = await env.CLUSTER_KEYS.getByName(cluster).frontProxy();
  const { namespace, name, port } = remote.service;
  const serverName = `${name}.${namespace}.svc`;
  const authorities = pemOf(remote.caBundle);
  const request = {
    ...endpoint,
    method,
    path,
    headers: [["Host", `${serverName}:${port}`], ...passedOn(headers), ...identityHeaders(user)] as [string, string][],
    tls: {
      serverName,
      identity: { certificate, key },
      unverified: remote.unverified,
      ...(authorities !== undefined && { authorities }),
    },
  };
  const target = { env, cluster, node: endpoint.node, request, signal };
  return upgrade
    ? joinPod({ ...target, upgrade, client: clientOf({ cluster, user }) })
    : callPod({ ...target, body, isEndless: isWatch });
}

/** The call itself may go on: a watch has no end. */
async function awaitStart<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), milliseconds);
  try {
    return await withSignal(call(waiting.signal), waiting.signal);
  } catch (problem) {
    if (!waiting.signal.aborted) throw problem;
    throw new ApiError(timedOut("request did not complete within the allotted timeout"));
  } finally {
    clearTimeout(timer);
  }
}

/** Only this server states who the user is. */
const passedOn = (headers: Headers): [string, string][] =>
  clientHeaders(headers).filter(([name]) => !name.startsWith("x-remote-"));
