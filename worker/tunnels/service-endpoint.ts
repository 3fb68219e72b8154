/** Picks an endpoint to answer for a Service: a ready one, chosen at random, and the node that dials it. */
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { Env } from "../env.ts";
import type { ObjectStore } from "../storage/object-store.ts";

/** A port, and the node that can reach it. */
export interface EndpointPort {
  readonly namespace: string;
  /** Empty, like its uid, for an endpoint that is not a pod. */
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  /** The pod's own, or the endpoint's. */
  readonly address: string;
  readonly port: number;
}

interface NoEndpoint {
  readonly ok: false;
  readonly reason: "NotFound" | "ServiceUnavailable";
  readonly message: string;
  /** Of a Service of that type. */
  readonly externalName?: string;
}

export type FoundEndpoint = { readonly ok: true; readonly endpoint: EndpointPort } | NoEndpoint;
/** At least one, the first chosen at random. */
export type FoundEndpoints =
  | { readonly ok: true; readonly endpoints: readonly [EndpointPort, ...EndpointPort[]] }
  | NoEndpoint;

export interface ServicePortName {
  readonly namespace: string;
  readonly name: string;
  /** A port's name or number; "": the one without a name. */
  readonly port: string;
  /** Endpoints of other addresses are passed over. */
  readonly podsOnly?: boolean;
}

/** Where a cluster's Services and its nodes' links are. */
export interface Network {
  readonly env: Pick<Env, "NODE_HUB">;
  readonly cluster: string;
  readonly store: ObjectStore;
}

export async function findEndpoint(network: Network, service: ServicePortName): Promise<FoundEndpoint> {
  const found = await findEndpoints(network, service);
  return found.ok ? { ok: true, endpoint: found.endpoints[0] } : found;
}

export async function findEndpoints(
  network: Network,
  { namespace, name, port, podsOnly = false }: ServicePortName,
): Promise<FoundEndpoints> {
  const { store } = network;
  const [{ entry }, slices] = await Promise.all([
    store.read({ resource: "services", namespace, name }),
    slicesOf(store, { namespace, name }),
  ]);
  if (!entry) return { ok: false, reason: "NotFound", message: `service ${JSON.stringify(name)} not found` };
  const service = JSON.parse(entry.text) as Service;
  const { type, externalName } = service.spec;
  const external = type === "ExternalName" && externalName ? { externalName } : {};
  const unavailable = (message: string) => ({ ok: false, reason: "ServiceUnavailable", message, ...external }) as const;
  const portName = portNameOf(service, port);
  if (portName === undefined) return unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const ready = readyEndpoints(slices, { namespace, port: portName });
  const endpoints = podsOnly ? ready.filter(({ pod }) => pod !== "") : await withNodes(network, ready);
  const start = Math.floor(Math.random() * endpoints.length);
  const [first, ...others] = [...endpoints.slice(start), ...endpoints.slice(0, start)];
  if (!first) return unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  return { ok: true, endpoints: [first, ...others] };
}

/** A number refers to a port number; anything else is taken for a name, as in Kubernetes. */
const portNameOf = ({ spec: { ports = [] } }: Service, requested: string): string | undefined => {
  if (!/^\d+$/.test(requested)) return requested;
  const port = ports.find((each) => String(each.port) === requested);
  return port && (port.name ?? "");
};

async function slicesOf(
  store: ObjectStore,
  { namespace, name }: Pick<ServicePortName, "namespace" | "name">,
): Promise<readonly EndpointSlice[]> {
  const slices = await store.selected({
    resource: "endpointslices.discovery.k8s.io",
    namespace,
    requirements: [{ of: "label", key: "kubernetes.io/service-name", operator: "in", values: [name] }],
  });
  return slices.map(({ text }) => JSON.parse(text) as EndpointSlice);
}

/** The node of an endpoint that is not a pod may be empty. */
function readyEndpoints(
  slices: readonly EndpointSlice[],
  { namespace, port }: Pick<ServicePortName, "namespace" | "port">,
): EndpointPort[] {
  return slices
    .filter(({ addressType }) => addressType !== "FQDN")
    .flatMap(({ endpoints, ports }) => {
      const target = ports?.find((each) => (each.name ?? "") === port)?.port;
      if (target === undefined) return [];
      return (endpoints ?? []).flatMap(({ conditions, targetRef, nodeName: node = "", addresses: [address = ""] }) => {
        const pod = targetRef?.kind === "Pod" ? targetRef : undefined;
        if (conditions?.ready === false || (pod && !node)) return [];
        return [{ namespace, pod: pod?.name ?? "", uid: pod?.uid ?? "", node, address, port: target }];
      });
    });
}

/** Any node may dial an endpoint that names none, if it is connected: a Ready one may just have lost its link. */
async function withNodes(
  { env, cluster }: Network,
  endpoints: readonly EndpointPort[],
): Promise<readonly EndpointPort[]> {
  if (endpoints.every(({ node }) => node !== "")) return endpoints;
  const linked = await env.NODE_HUB.getByName(cluster).linkedNodes();
  const any = linked[Math.floor(Math.random() * linked.length)] ?? "";
  return endpoints
    .map((endpoint) => (endpoint.node === "" ? { ...endpoint, node: any } : endpoint))
    .filter(({ node }) => node !== "");
}
