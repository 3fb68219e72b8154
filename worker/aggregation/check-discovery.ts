/**
 * Whether an aggregated API server answers for its group version, which is asked before it counts as available
 * (kube-aggregator's availability controller, rule AGG-AVAILABLE).
 */

import { errorMessage } from "../../api/error-message.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import type { Caller } from "../outbound/call-client.ts";
import { withSignal } from "../outbound/with-signal.ts";
import { type EndpointPort, findEndpoints } from "../tunnels/service-endpoint.ts";
import { AGGREGATOR, callEndpoint } from "./call-remote.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** So many of its endpoints are asked at once; one that answers is enough. */
const MAX_ASKED = 5;
const PATIENCE_MS = 5000;

/** Returns what is wrong, in kube-aggregator's words; undefined if the server answers. */
export async function discoveryProblem(caller: Caller, remote: RemoteApi): Promise<string | undefined> {
  const { namespace, name, port } = remote.service;
  const found = await findEndpoints(caller, { namespace, name, port: String(port) });
  if (!found.ok) return found.message;
  const asked = found.endpoints.slice(0, MAX_ASKED).map((endpoint) => askDiscovery(caller, endpoint, remote));
  try {
    await Promise.any(asked);
    return undefined;
  } catch (problems) {
    return errorMessage((problems as AggregateError).errors.at(-1));
  }
}

async function askDiscovery(caller: Caller, endpoint: EndpointPort, remote: RemoteApi): Promise<void> {
  const path = `/apis/${remote.group}/${remote.version}`;
  const url = urlOf(endpoint, path);
  const failed = (why: string) => new Error(`failing or missing response from ${url}: ${why}`);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const call = {
    remote,
    user: AGGREGATOR,
    method: "GET",
    path,
    headers: new Headers(),
    body: new Uint8Array(),
    signal,
  };
  const answer = await withSignal(callEndpoint(caller, endpoint, call), signal).catch((error) => {
    throw failed(`Get ${JSON.stringify(url)}: ${signal.aborted ? LATE : errorMessage(error)}`);
  });
  if (!answer.ok) throw failed(`Get ${JSON.stringify(url)}: ${answer.why}`);
  await answer.response.body?.cancel();
  if (!answer.response.ok) throw failed(`bad status from ${url}: ${answer.response.status}`);
}

/** Go's words. */
const LATE = "net/http: request canceled (Client.Timeout exceeded while awaiting headers)";

const urlOf = ({ address, port }: EndpointPort, path: string): string =>
  `https://${joinHostPort(address, port)}${path}`;
