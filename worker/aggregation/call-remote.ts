/**
 * A request for an aggregated API server. It is forwarded through the node of the server's pod, on behalf of the
 * original user, whom this server vouches for with a front-proxy client certificate.
 */
import { decodeBase64 } from "../../api/machinery/encoding/base64.ts";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import { timedOut } from "../../api/machinery/status.ts";
import { ApiError, PlainTextError } from "../api-error.ts";
import { MASTERS, type User } from "../auth/user.ts";
import { REQUEST_MS } from "../deadline.ts";
import type { Caller } from "../outbound/call-client.ts";
import { withSignal } from "../outbound/with-signal.ts";
import { callPod } from "../tunnels/node-stream.ts";
import { findEndpoint } from "../tunnels/service-endpoint.ts";
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
  /** How long the beginning of the answer is waited for (ms). */
  readonly timeoutMs?: number;
}

/** The user as whom this server asks other API servers for itself. */
export const AGGREGATOR: User = { name: "system:kube-aggregator", groups: [MASTERS] };

/** The wording, and the absence of a Status, are kube-aggregator's. */
const unavailable = () => new PlainTextError(503, "service unavailable");

export async function callRemote(caller: Caller, call: RemoteCall): Promise<Response> {
  const { remote, user, method, path, headers, body, isWatch = false, timeoutMs = REQUEST_MS } = call;
  if (!remote.available) throw unavailable();
  if (headers.get("Upgrade") !== null)
    throw new PlainTextError(503, "upgrades are not passed on to other API servers by this control plane");
  const { namespace, name, port } = remote.service;
  const found = await findEndpoint(caller, { namespace, name, port: String(port) });
  if (!found.ok) throw unavailable();
  const { certificate, key } = await caller.env.CLUSTER_KEYS.getByName(caller.cluster).frontProxy();
  const serverName = `${name}.${namespace}.svc`;
  const response = await awaitStart(timeoutMs, (signal) =>
    callPod({
      env: caller.env,
      cluster: caller.cluster,
      node: found.endpoint.node,
      body,
      isEndless: isWatch,
      signal,
      request: {
        ...found.endpoint,
        method,
        path,
        headers: [["Host", `${serverName}:${port}`], ...passedOn(headers), ...identityHeaders(user)],
        tls: {
          serverName,
          identity: { certificate, key },
          unverified: remote.unverified,
          ...(remote.caBundle ? { authorities: pemOf(remote.caBundle) } : {}),
        },
      },
    }),
  );
  if (!response.ok) throw new PlainTextError(503, `error trying to reach service: ${response.why}`);
  return response.response;
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

const OWN = new Set(["authorization", "host", "accept-encoding", "content-length"]);

/** Only this server states who the user is. */
const passedOn = (headers: Headers): [string, string][] =>
  endToEnd(headers).filter(
    ([name]) => !OWN.has(name) && !name.startsWith("x-remote-") && !name.startsWith("impersonate-"),
  );

function pemOf(base64: string): string {
  const bytes = decodeBase64(base64);
  return typeof bytes === "number" ? "" : new TextDecoder().decode(bytes);
}
