/** The clients through which a node talks to its API server. */
import type { ApiRequest } from "../../api/api-request.ts";
import { type ApiClient, apiClientOver } from "../../client/api-client.ts";
import type { ControlPlane } from "../control-plane/connection.ts";
import { Reports } from "../control-plane/reports.ts";
import { RequestCounts } from "../control-plane/request-counts.ts";
import { EventRecorder } from "../event-recorder.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { NodeEvents } from "./node-events.ts";
import { KUBELET_VERSION } from "./node-object.ts";

/** The part before the slash is the field manager's name. */
const USER_AGENT = `kubelet/${KUBELET_VERSION} (linux) sailplane`;

export interface NodeClients {
  readonly client: ApiClient;
  readonly requests: RequestCounts;
  /** For requests that every pod causes: many of them are sent together. */
  readonly reports: ApiClient;
  readonly podEvents: EventRecorder;
  /** Thousands of simulated nodes have nothing to report. */
  readonly nodeEvents: NodeEvents | undefined;
}

export interface NodeClientOptions {
  readonly nodeName: string;
  readonly controlPlane: ControlPlane;
  readonly runtime: Runtime;
}

export function nodeClients({ nodeName, controlPlane, runtime }: NodeClientOptions): NodeClients {
  const requests = new RequestCounts(controlPlane.server);
  const request = requests.counting((request: ApiRequest) =>
    controlPlane.request({ ...request, headers: { "user-agent": USER_AGENT, ...request.headers } }),
  );
  const client = apiClientOver(request);
  // Separate queues: nothing else waits for the events sent before it.
  const [events, others] = [new Reports(nodeName, request), new Reports(nodeName, request)];
  return {
    client,
    requests,
    reports: apiClientOver(others.now),
    podEvents: new EventRecorder(apiClientOver(events.event), nodeName),
    nodeEvents: runtime.simulates === true ? undefined : new NodeEvents(client, nodeName),
  };
}
