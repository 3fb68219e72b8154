/**
 * The rules by which this node routes connections for Services to their endpoints: a pure function of API objects, with
 * kube-proxy's semantics. docs/spec/proxy.md has the rules.
 */
import { BlockList, isIP } from "node:net";
import type { Service, ServicePort } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import {
  type Candidate,
  candidatesOf,
  chooseEndpoints,
  isProxied,
  isProxiedSlice,
  keepsClients,
  type NodePlace,
} from "./choose-endpoints.ts";
import type { Backend, Family, FamilyRules, Frontend, Pool, Protocol, Route, RuleSet } from "./rule-set.ts";

export interface ProxyFacts {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly node: NodePlace;
  /** Of all nodes. */
  readonly podRanges: readonly string[];
  readonly ownRanges: readonly string[];
  /**
   * Services (`namespace/name`) that this node routes elsewhere, whatever their endpoints: the way to the API server.
   */
  readonly instead: ReadonlyMap<string, Backend>;
}

const SERVICE_NAME = "kubernetes.io/service-name";
const DEFAULT_AFFINITY_SECONDS = 10800;

export const familyOf = (address: string): Family => (address.includes(":") ? 6 : 4);

/** Slices by their Service, `namespace/name`. */
export function slicesByService(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.[SERVICE_NAME];
    if (service === undefined) continue;
    const key = `${slice.metadata.namespace}/${service}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, [slice]);
    else known.push(slice);
  }
  return found;
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

export const planRules = (facts: ProxyFacts): RuleSet => new RulePlanner().plan(facts);

/** The inputs of a Service's rules, and the rules. */
interface Planned {
  readonly slices: readonly EndpointSlice[];
  readonly place: NodePlace;
  readonly instead: Backend | undefined;
  readonly parts: readonly ServicePart[];
}

/**
 * Caches plans: for unchanged Services, nothing is planned again. Objects are never modified, only replaced, so the
 * same object means the same content.
 */
export class RulePlanner {
  readonly #planned = new WeakMap<Service, Planned>();

  plan(facts: ProxyFacts): RuleSet {
    const slices = slicesByService(facts.slices.filter(isProxiedSlice));
    const parts = facts.services.filter(isProxied).flatMap((service) => {
      const owner = `${service.metadata.namespace}/${service.metadata.name}`;
      return this.#partsOf(service, slices.get(owner) ?? [], { facts, instead: facts.instead.get(owner) });
    });
    return { v4: rulesOf(4, facts, parts), v6: rulesOf(6, facts, parts) };
  }

  #partsOf(
    service: Service,
    slices: readonly EndpointSlice[],
    { facts, instead }: { readonly facts: ProxyFacts; readonly instead: Backend | undefined },
  ): readonly ServicePart[] {
    const place = facts.node;
    const known = this.#planned.get(service);
    if (known !== undefined && isSame(known, { slices, place, instead })) return known.parts;
    const parts = ([4, 6] as const).map((family) => planService(service, slices, { facts, family }));
    this.#planned.set(service, { slices, place, instead, parts });
    return parts;
  }
}

const isSame = (known: Planned, { slices, place, instead }: Omit<Planned, "parts">): boolean =>
  known.place.name === place.name &&
  known.place.zone === place.zone &&
  known.place.addresses.join() === place.addresses.join() &&
  known.instead?.address === instead?.address &&
  known.instead?.port === instead?.port &&
  known.slices.length === slices.length &&
  known.slices.every((slice, i) => slice === slices[i]);

interface ServicePart {
  readonly family: Family;
  readonly frontends: readonly Frontend[];
  readonly pools: readonly Pool[];
  readonly addresses: readonly string[];
  readonly localBackends: readonly string[];
}

function rulesOf(family: Family, { podRanges, ownRanges }: ProxyFacts, all: readonly ServicePart[]): FamilyRules {
  const parts = all.filter((part) => part.family === family);
  const ofFamily = (ranges: readonly string[]) => ranges.filter((range) => familyOf(range) === family);
  const given = new Set(parts.flatMap(({ addresses }) => addresses));
  // Anybody may claim any external address, and so the API server's or the DNS server's.
  const isRightful = ({ address = "" }: Frontend, own: readonly string[]) =>
    !given.has(address) || own.includes(address);
  return {
    family,
    frontends: parts
      .flatMap(({ frontends, addresses }) => frontends.filter((frontend) => isRightful(frontend, addresses)))
      .sort(byId),
    pools: parts.flatMap(({ pools }) => pools).sort(byId),
    clusterAddresses: [...given],
    podRanges: ofFamily(podRanges),
    ownRanges: ofFamily(ownRanges),
    localBackends: [...new Set(parts.flatMap(({ localBackends }) => localBackends))].sort(),
  };
}

interface Scope {
  readonly facts: ProxyFacts;
  readonly family: Family;
}

function planService(service: Service, slices: readonly EndpointSlice[], scope: Scope): ServicePart {
  const { spec } = service;
  const isOurs = (address: string) => familyOf(address) === scope.family;
  const addresses = (spec.clusterIPs ?? [spec.clusterIP ?? ""]).filter((address) => address !== "" && isOurs(address));
  const families = spec.ipFamilies ?? [];
  const served = families.length === 0 ? addresses.length > 0 : families.includes(`IPv${scope.family}`);
  const none = { family: scope.family, frontends: [], pools: [], addresses, localBackends: [] };
  if (!served) return none;
  const ports = (spec.ports ?? []).map((port) => planPort(service, port, { ...scope, slices, addresses }));
  return {
    ...none,
    frontends: ports.flatMap(({ frontends }) => frontends),
    pools: ports.flatMap(({ pools }) => pools),
    localBackends: ports.flatMap(({ localBackends }) => localBackends),
  };
}

interface PortScope extends Scope {
  readonly slices: readonly EndpointSlice[];
  readonly addresses: readonly string[];
}

function planPort(service: Service, port: ServicePort, scope: PortScope) {
  const { spec, metadata } = service;
  const { facts } = scope;
  const protocol = (port.protocol ?? "TCP").toLowerCase() as Protocol;
  const owner = `${metadata.namespace}/${metadata.name}`;
  const id = `${owner}/${protocol}/${port.name || port.port}`;
  const candidates = portCandidates(port, scope, facts.instead.get(owner));
  const { anywhere, here } = chooseEndpoints(candidates, facts.node);
  const pool = poolMaker(spec, protocol);
  const all = pool(id, anywhere);
  const local = pool(`${id}/local`, here);
  const routes = routesOf(spec, { all, local, isNone: anywhere.length === 0 && here.length === 0 });
  const common = { protocol, ...(protocol === "udp" && { serving: candidates.filter(keepsClients).map(asBackend) }) };
  const frontends = placesOf(service, port, scope).map(
    ({ suffix, route, ...place }): Frontend => ({ id: `${id}/${suffix}`, ...common, ...place, route: routes[route] }),
  );
  const used = new Set(frontends.flatMap(({ route }) => poolsOf(route)));
  return {
    frontends,
    pools: [all, local].filter((each) => each !== undefined).filter((each) => used.has(each.id)),
    localBackends: candidates.filter((each) => each.local).map(({ address }) => address),
  };
}

const asBackend = ({ address, port }: Candidate): Backend => ({ address, port });

function portCandidates(
  { name = "", protocol = "TCP" }: ServicePort,
  { slices, family, facts }: PortScope,
  instead: Backend | undefined,
): readonly Candidate[] {
  if (instead === undefined) return candidatesOf({ slices, portName: name, protocol, family, node: facts.node.name });
  return family === familyOf(instead.address) ? [asCandidate(instead)] : [];
}

interface Pools {
  readonly all: Pool | undefined;
  readonly local: Pool | undefined;
  /** No endpoint is usable, here or elsewhere: connections are refused. */
  readonly isNone: boolean;
}

/** From within the cluster, and from outside of it. */
function routesOf(spec: Service["spec"], { all, local, isNone }: Pools): Readonly<Record<"inner" | "outer", Route>> {
  const inner = spec.internalTrafficPolicy === "Local" ? local : all;
  return {
    inner: routeTo(inner, { isNone, masquerade: "outsiders" }),
    outer:
      spec.externalTrafficPolicy === "Local" && all !== undefined
        ? { to: "local", all: all.id, ...(local !== undefined && { local: local.id }) }
        : routeTo(all, { isNone, masquerade: "everyone" }),
  };
}

/** Where a port can be reached, each place with what its id ends in. */
type Place = Pick<Frontend, "address" | "port" | "sources"> & {
  readonly suffix: string;
  readonly route: "inner" | "outer";
};

function placesOf(service: Service, { port, nodePort }: ServicePort, { family, facts, addresses }: PortScope): Place[] {
  const { type } = service.spec;
  return [
    ...addresses.map((address): Place => ({ suffix: "cluster", address, port, route: "inner" })),
    ...outerAddresses(service, family, facts.node).map(
      (outer): Place => ({ suffix: `at-${outer.address}`, ...outer, port, route: "outer" }),
    ),
    ...((type === "NodePort" || type === "LoadBalancer") && nodePort
      ? [{ suffix: "node", port: nodePort, route: "outer" } as const]
      : []),
  ];
}

const asCandidate = (backend: Backend): Candidate => ({
  ...backend,
  ready: true,
  serving: true,
  terminating: false,
  local: true,
  forZones: [],
  forNodes: [],
});

function poolMaker({ sessionAffinity, sessionAffinityConfig }: Service["spec"], protocol: Protocol) {
  const affinitySeconds =
    sessionAffinity === "ClientIP"
      ? (sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
      : undefined;
  return (id: string, candidates: readonly Candidate[]): Pool | undefined =>
    candidates.length === 0
      ? undefined
      : {
          id,
          protocol,
          backends: candidates.map(asBackend),
          ...(affinitySeconds !== undefined && { affinitySeconds }),
        };
}

function routeTo(
  pool: Pool | undefined,
  { isNone, masquerade }: { readonly isNone: boolean; readonly masquerade: "outsiders" | "everyone" },
): Route {
  if (pool !== undefined) return { to: "pool", pool: pool.id, masquerade };
  return { to: isNone ? "reject" : "drop" };
}

export function poolsOf(route: Route): string[] {
  if (route.to === "pool") return [route.pool];
  if (route.to === "local") return route.local === undefined ? [route.all] : [route.all, route.local];
  return [];
}

/** A range that is none contains nothing. */
function contains(range: string, address: string): boolean {
  const [start = "", length] = range.split("/");
  const type = familyOf(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(start) === 0 || familyOf(start) !== familyOf(address)) return false;
  const list = new BlockList();
  list.addSubnet(start, Number(length ?? (type === "ipv6" ? 128 : 32)), type);
  return list.check(address, type);
}

/** External addresses and those of load balancers; the latter may restrict their clients. */
function outerAddresses({ spec, status }: Service, family: Family, { addresses }: NodePlace) {
  const found = new Map<string, { address: string; sources?: readonly string[] }>();
  for (const address of spec.externalIPs ?? []) if (familyOf(address) === family) found.set(address, { address });
  if (spec.type !== "LoadBalancer") return [...found.values()];
  const ranges = (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
  const sources = ranges.filter((range) => familyOf(range) === family);
  const admitsNode = sources.some((range) => addresses.some((address) => contains(range, address)));
  for (const { ip, ipMode } of status.loadBalancer?.ingress ?? []) {
    if (ip === undefined || ip === "" || ipMode === "Proxy" || familyOf(ip) !== family) continue;
    // Where the machine has the address itself, its own connections come from there.
    const admitted = admitsNode ? [...sources, ip] : sources;
    found.set(ip, { address: ip, ...(sources.length > 0 && { sources: admitted }) });
  }
  return [...found.values()];
}
