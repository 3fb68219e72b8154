/**
 * Serves requests to the deployment's public hosts, which go to pods through their nodes. Anybody who knows
 * the address may send them, as with any load balancer; access control is up to the workload (docs/spec/ingress.md).
 */
import type { Service } from "../../api/generated/core.v1.ts";
import type { IngressBackend } from "../../api/generated/networking.v1.ts";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import { LOAD_BALANCER_CLASS, parsePublicHost } from "../../api/public-host.ts";
import { type BoundedBody, boundedBody, hasBody } from "../bounded-body.ts";
import { clientAddress } from "../client-address.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import { Deadline } from "../deadline.ts";
import type { Env } from "../env.ts";
import { recordOf } from "../policy/clusters.ts";
import { nearbyStores, ownStore } from "../storage/cluster-stores.ts";
import { StoreClient } from "../storage/store-client.ts";
import { callPod, joinPod, type PodResponse } from "../tunnels/node-stream.ts";
import { type EndpointPort, findEndpoints, type ServicePortName } from "../tunnels/service-endpoint.ts";
import { BodyRoom, type HeldBody } from "./body-room.ts";
import { routeOf } from "./route.ts";
import { ServedIngresses } from "./served-ingresses.ts";

/** The limit for a request body; it is held in memory. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Long enough for some megabytes over a slow line. */
const BODY_MS = 300_000;
/** Of all bodies that an isolate holds. */
const room = new BodyRoom({
  most: 2 * MAX_BODY_BYTES,
  each: MAX_BODY_BYTES,
  short: 1024 * 1024,
  now: Date.now,
});
/** How long to wait for room, and how often to look (ms). */
const WAIT_MS = 12_000;
const LOOK_MS = 200;

const SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS"];
/** How many pods of a Service are tried in turn. */
const MAX_TRIED = 3;

const textResponse = (status: number, text: string): Response =>
  new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });

/** Whether a request is for a public host, and not for the API. */
export const isForIngress = (url: string, { INGRESS_DOMAIN }: Env): boolean =>
  INGRESS_DOMAIN !== undefined && new URL(url).hostname.endsWith(`.${INGRESS_DOMAIN}`);

export async function serveIngress(request: Request, env: Env): Promise<Response> {
  const { INGRESS_DOMAIN: domain = "" } = env;
  const url = new URL(request.url);
  const host = url.hostname.toLowerCase();
  const cluster = parsePublicHost(host, domain)?.cluster ?? DEFAULT_CLUSTER;
  const target = await clusterOf(env, cluster);
  const found = target && (await targetOf(target, { host, path: url.pathname, cluster, domain }));
  if (!found) return textResponse(404, "no Ingress and no Service has this address");
  // A local control plane serves only plain HTTP: there is nowhere to redirect to.
  if (found.secure && url.protocol === "http:" && env.INGRESS_PORT === undefined)
    return Response.redirect(`https:${request.url.slice("http:".length)}`, 308);
  if (!found.target) return textResponse(503, "this backend is no Service");
  const endpoints = await findEndpoints({ env, cluster, store: target.store }, found.target);
  if (!endpoints.ok) return textResponse(503, endpoints.message);
  const call = async (body: Uint8Array<ArrayBuffer>) => {
    const result = await tryInTurn(endpoints.endpoints, { request, env, cluster, url, body });
    return result.ok ? result.response : textResponse(502, result.why);
  };
  return hasBody(request) ? withBody(request, call) : call(new Uint8Array());
}

/** Calls with the body once all of it is there. */
async function withBody(
  request: Request,
  call: (body: Uint8Array<ArrayBuffer>) => Promise<Response>,
): Promise<Response> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > MAX_BODY_BYTES) return refusal("too large");
  const held = await inTime(() => room.enter(declared));
  if (!held) return refusal("no room");
  try {
    const body = await readBody(request, held);
    return typeof body === "string" ? refusal(body) : await call(body);
  } finally {
    room.leave(held);
  }
}

/** What an attempt results in, once that is anything. */
async function inTime<T>(attempt: () => T | undefined): Promise<T | undefined> {
  const end = Date.now() + WAIT_MS;
  for (let result = attempt(); ; result = attempt()) {
    if (result !== undefined || Date.now() >= end) return result;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function readBody(request: Request, held: HeldBody): Promise<BoundedBody | "no room"> {
  const mayGrow = async (bytes: number) => {
    const grows = await inTime(() => room.grow(held, bytes) || (held.isLost ? false : undefined));
    if (!grows) held.lose();
    return grows === true;
  };
  const bounds = { bytes: MAX_BODY_BYTES, mayGrow };
  const body = await Promise.race([
    Deadline.during(BODY_MS, (deadline) => boundedBody(request, { ...bounds, deadline })),
    held.lost,
  ]);
  if (held.isLost || !body) return "no room";
  if (typeof body !== "string") room.arrived(held, body.length);
  return body;
}

function refusal(problem: Exclude<BoundedBody, Uint8Array> | "no room"): Response {
  switch (problem) {
    case "too slow":
      return textResponse(408, "the body did not come in time");
    case "broken":
      return textResponse(400, "the body broke off");
    case "too large":
      return textResponse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    case "no room":
      return textResponse(503, "too many bodies are on their way, please try again later");
  }
}

interface IngressRequest {
  readonly request: Request;
  readonly env: Env;
  readonly cluster: string;
  readonly url: URL;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** INGRESS-HEALTH: a request without side effects may be sent to another pod if one does not answer. */
async function tryInTurn(
  [first, ...others]: readonly [EndpointPort, ...EndpointPort[]],
  request: IngressRequest,
): Promise<PodResponse> {
  let result = await callEndpoint(first, request);
  if (!SAFE.includes(request.request.method)) return result;
  for (const other of others.slice(0, MAX_TRIED - 1)) {
    if (result.ok || request.request.signal.aborted) break;
    result = await callEndpoint(other, request);
  }
  return result;
}

function callEndpoint(
  endpoint: EndpointPort,
  { request, env, cluster, url, body }: IngressRequest,
): Promise<PodResponse> {
  const { method, signal } = request;
  const path = `${url.pathname}${url.search}`;
  const call = {
    env,
    cluster,
    node: endpoint.node,
    request: { ...endpoint, method, path, headers: forwarded(request, url) },
  };
  return request.headers.get("Upgrade") === null
    ? callPod({ ...call, body, signal })
    : joinPod({ ...call, upgrade: request });
}

interface TargetCluster {
  readonly store: StoreClient;
  readonly ingresses: ServedIngresses;
}

/** By the cluster's record. */
const servedIngresses = new WeakMap<object, ServedIngresses>();

async function clusterOf(env: Env, cluster: string): Promise<TargetCluster | undefined> {
  const record = await recordOf(cluster, ownStore(env, DEFAULT_CLUSTER));
  if (record === undefined) return undefined;
  const ingresses = servedIngresses.get(record) ?? new ServedIngresses();
  servedIngresses.set(record, ingresses);
  const nearby = () => nearbyStores(cluster, []);
  return { store: new StoreClient(() => ownStore(env, cluster), undefined, { nearby }), ingresses };
}

interface RouteQuery {
  readonly host: string;
  readonly path: string;
  readonly cluster: string;
  readonly domain: string;
}

interface Found {
  /** Absent: the backend is of another kind. */
  readonly target?: ServicePortName;
  readonly secure: boolean;
}

async function targetOf({ store, ingresses }: TargetCluster, query: RouteQuery): Promise<Found | undefined> {
  const route = routeOf(query, { ...query, ingresses: await ingresses.current(store.stub) });
  if (route) {
    const target = portOf(route.backend, route.ingress.metadata.namespace ?? "");
    return { secure: route.secure, ...(target && { target }) };
  }
  const named = parsePublicHost(query.host, query.domain);
  const service = named && (await publicService(store, named));
  return service && { secure: false, target: service };
}

function portOf({ service }: IngressBackend, namespace: string): ServicePortName | undefined {
  if (!service) return undefined;
  return { namespace, name: service.name, port: service.port?.name ?? String(service.port?.number ?? "") };
}

/** The public name of a Service leads to its first port. */
async function publicService(
  store: StoreClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ServicePortName | undefined> {
  const { entry } = await store.read({ resource: "services", namespace, name });
  if (!entry) return undefined;
  const { spec } = JSON.parse(entry.text) as Service;
  const [port] = spec.ports ?? [];
  if (spec.type !== "LoadBalancer" || spec.loadBalancerClass !== LOAD_BALANCER_CLASS || !port) return undefined;
  return { namespace, name, port: String(port.port) };
}

/** The client's own forwarding headers are not trusted. */
function forwarded(request: Request, url: URL): [string, string][] {
  const ours = new Set(["host", "content-length", "forwarded", "x-real-ip"]);
  const client = clientAddress(request);
  return [
    ...endToEnd(request.headers).filter(([name]) => !ours.has(name) && !name.startsWith("x-forwarded-")),
    ["Host", url.host],
    ["X-Forwarded-Host", url.host],
    ["X-Forwarded-Proto", url.protocol.slice(0, -1)],
    ...(client === undefined ? [] : [["X-Forwarded-For", client] satisfies [string, string]]),
  ];
}
