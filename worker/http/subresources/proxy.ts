/**
 * `proxy` of pods and services: the request goes to the pod through its node, and links in the answer are
 * rewritten to lead back here. `proxy` of a node addresses the agent itself, which answers GETs of the kubelet's API,
 * and creates and deletes local volumes.
 */

import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import { joinHostPort } from "../../../api/machinery/network/join-host-port.ts";
import { badRequest, methodNotAllowed, notFound, serviceUnavailable } from "../../../api/machinery/status.ts";
import type { NodeRequest } from "../../../api/node/node-sync.ts";
import { admitConnect } from "../../admission/admit-connect.ts";
import { ApiError } from "../../api-error.ts";
import { clientOf } from "../../fairness/client.ts";
import { requireRoom } from "../../fairness/open-streams.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";
import { clientHeaders } from "../../tunnels/client-headers.ts";
import { callNode, callPod, joinPod } from "../../tunnels/node-stream.ts";
import { type EndpointPort, findEndpoint } from "../../tunnels/service-endpoint.ts";
import { requestsWebSocket } from "../../tunnels/upgrade.ts";
import { pathnameOf } from "../request/request-url.ts";
import { sandboxedResponse } from "../response/sandboxed-response.ts";
import { withLinksBelow } from "./proxied-links.ts";

const NO_UPGRADE = "only WebSockets can be proxied by this control plane; use port-forward";

/**
 * The path as escaped by the client: up to the proxy, and the part for the target. Namespaces and objects may be called
 * like any part of it.
 */
const BELOW_PROXY = /^(.*?\/v1\/(?:namespaces\/[^/]+\/(?:pods|services)|nodes)\/[^/]+\/proxy)(\/.*)?$/;

export const proxyToTarget = async (context: RequestContext): Promise<Response> =>
  sandboxedResponse(await responseOfTarget(context), context.user);

async function responseOfTarget(context: RequestContext): Promise<Response> {
  const { served, path, store } = context;
  const { kind } = served.resource;
  const singular = kind.toLowerCase();
  const target = parseTarget(path.name);
  if (!target) throw new ApiError(badRequest(`invalid ${singular} request ${JSON.stringify(path.name)}`));
  const [, , below = ""] = BELOW_PROXY.exec(pathnameOf(context.request.url)) ?? [];
  await admitConnect(context, `${kind}ProxyOptions`, { path: below });
  if (kind === "Service") return forward(context, target, await servicePort(context, target));
  const { entry } = await store.read(keyOf(served.resource, path.namespace, target.name));
  if (!entry) throw new ApiError(notFound({ group: "", resource: served.resource.plural }, target.name));
  if (kind === "Node") {
    requireKubeletPort(JSON.parse(entry.text) as Node, target);
    return requestKubelet(context, target.name);
  }
  return forward(context, target, podPort(JSON.parse(entry.text) as Pod, target));
}

interface Target {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** `name`, `name:port` or `scheme:name:port`; undefined if it is none of these. */
function parseTarget(text: string): Target | undefined {
  const parts = text.split(":");
  const [first = "", second = "", third = ""] = parts;
  if (first === "" && parts.length < 3) return undefined;
  switch (parts.length) {
    case 1:
      return { scheme: "", name: first, port: "" };
    case 2:
      return { scheme: "", name: first, port: second };
    case 3:
      return ["", "http", "https"].includes(first) && second !== ""
        ? { scheme: first, name: second, port: third }
        : undefined;
    default:
      return undefined;
  }
}

async function servicePort(context: RequestContext, { name, port }: Target): Promise<EndpointPort> {
  // As in Kubernetes: whoever may write endpoints must not read, with the node's address, what answers at any of them.
  const found = await findEndpoint(context, { namespace: context.path.namespace, name, port, podsOnly: true });
  if (found.ok) return found.endpoint;
  throw new ApiError(
    found.reason === "NotFound"
      ? notFound({ group: "", resource: "services" }, name)
      : serviceUnavailable(found.message),
  );
}

/** The requested port, else the first that a container declares, else the scheme's default. */
function podPort({ metadata, spec, status }: Pod, { scheme, port }: Target): EndpointPort {
  if (!status.podIP) throw new ApiError(badRequest("address not allowed"));
  const declared = spec.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  return {
    namespace: metadata.namespace ?? "",
    pod: metadata.name ?? "",
    uid: metadata.uid ?? "",
    node: spec.nodeName ?? "",
    address: status.podIP,
    port: port === "" ? (declared ?? (scheme === "https" ? 443 : 80)) : parsePort(port),
  };
}

const parsePort = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

const MAX_PORT = 65_535;

/** What is no port is only found out when it is dialled, as in Kubernetes. */
function requirePort(port: number, { port: text }: Target): void {
  if (port <= MAX_PORT) return;
  const why = Number.isNaN(port) ? `lookup tcp/${text}: unknown port` : `address ${text}: invalid port`;
  throw unreachable(`dial tcp: ${why}`);
}

const unreachable = (why: string): ApiError =>
  new ApiError(serviceUnavailable(`error trying to reach service: ${why}`));

/** The default port of kubelets. */
const KUBELET_PORT = 10_250;

/** Anything else that listens on the node is not behind the tunnel, and must not be answered by the kubelet API. */
function requireKubeletPort({ status }: Node, { name, port }: Target): void {
  if (port === "" || port === String(status.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT)) return;
  const why = "only the kubelet's own port of a node can be proxied by this control plane";
  throw new ApiError(badRequest(`${why}, not port ${port} of ${name}: ask a pod that listens there, or a service`));
}

/** The only part of a node's API that is more than reading: creating and deleting its local volumes. */
const LOCAL_VOLUMES = /^\/localVolumes\/[^/]+$/;

const changeOf = ({ method }: Request): Pick<NodeRequest, "method"> | undefined =>
  method === "PUT" || method === "DELETE" ? { method } : undefined;

async function requestKubelet({ env, cluster, request, body, path }: RequestContext, node: string): Promise<Response> {
  const url = new URL(request.url);
  const changes = LOCAL_VOLUMES.test(path.rest) && changeOf(request);
  if (request.method !== "GET" && !changes) throw new ApiError(methodNotAllowed());
  const stream = { kind: "node", path: `${path.rest || "/"}${url.search}`, ...changes } as const;
  const result = await callNode({ env, cluster, node, stream, body });
  if (!result.ok) throw unreachable(result.why);
  return result.response;
}

async function forward(context: RequestContext, target: Target, endpoint: EndpointPort): Promise<Response> {
  const { env, cluster, request, body } = context;
  const isUpgrade = request.headers.get("Upgrade") !== null;
  if (isUpgrade && !requestsWebSocket(request)) throw new ApiError(badRequest(NO_UPGRADE));
  const url = new URL(request.url);
  const [, prefix = "", rest = ""] = BELOW_PROXY.exec(url.pathname) ?? [];
  if (rest === "" && !isUpgrade && (request.method === "GET" || request.method === "HEAD")) {
    return new Response(null, { status: 301, headers: { Location: `${prefix}/${url.search}` } });
  }
  const { address, port } = endpoint;
  requirePort(port, target);
  const host = joinHostPort(address, port);
  const call = {
    env,
    cluster,
    node: endpoint.node,
    request: {
      ...endpoint,
      method: request.method,
      path: `${rest || "/"}${url.search}`,
      headers: [...forwarded(request), ["Host", host] satisfies [string, string]],
      // As in Kubernetes, a client that asks for https here accepts any certificate.
      ...(target.scheme === "https" ? { tls: { serverName: address, unverified: true } } : {}),
    },
  };
  const client = clientOf(context);
  requireRoom(client);
  const result = await (isUpgrade
    ? joinPod({ ...call, client, upgrade: request })
    : callPod({ ...call, client, body }));
  if (!result.ok) throw unreachable(result.why);
  if (isUpgrade) return result.response;
  return withLinksBelow(result.response, { prefix, host });
}

/** The client's headers without those meant for the API server, plus where the request came in. */
function forwarded(request: Request): [string, string][] {
  const { host, protocol, pathname } = new URL(request.url);
  return [
    ...clientHeaders(request.headers),
    ["X-Forwarded-Uri", pathname],
    ["X-Forwarded-Host", host],
    ["X-Forwarded-Proto", protocol.slice(0, -1)],
  ];
}
